import JSONCoding

/// A Kubernetes v1 Pod: what is wanted (`spec`) and what is (`status`), with the API's own JSON names.
public struct Pod: Codable, Sendable, Hashable {
    public var apiVersion: String
    public var kind: String
    public var metadata: ObjectMeta
    public var spec: Spec
    public var status: Status?

    /// Creates a v1 Pod.
    public init(metadata: ObjectMeta, spec: Spec, status: Status? = nil) {
        apiVersion = "v1"
        kind = "Pod"
        self.metadata = metadata
        self.spec = spec
        self.status = status
    }
}

/// Who an object is: name, namespace, labels, annotations.
public struct ObjectMeta: Codable, Sendable, Hashable {
    public var name: String
    public var generateName: String?
    public var namespace: String
    /// From the manifest, or derived from namespace, name and spec (`PodIdentity`).
    public var uid: String
    public var resourceVersion: String?
    public var generation: Int64?
    /// RFC 3339.
    public var creationTimestamp: String?
    /// RFC 3339; set while the pod is being ended.
    public var deletionTimestamp: String?
    public var deletionGracePeriodSeconds: Int64?
    @EmptyByDefault public var labels: [String: String]
    @EmptyByDefault public var annotations: [String: String]
    @EmptyByDefault public var ownerReferences: [JSONNode]
    @EmptyByDefault public var finalizers: [String]
    @EmptyByDefault public var managedFields: [JSONNode]
    public var selfLink: String?

    /// Creates the metadata of an object.
    public init(name: String, namespace: String = "default", uid: String = "") {
        self.name = name
        self.namespace = namespace
        self.uid = uid
    }
}
