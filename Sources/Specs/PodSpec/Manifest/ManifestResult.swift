import JSONCoding

/// What a manifest file says: its good pods and other objects, and what is wrong with the rest.
public struct ManifestResult: Sendable, Hashable {
    public var pods: [DecodedPod]
    public var objects: [DecodedObject]
    public var problems: [ManifestProblem]

    /// Creates a result.
    public init(pods: [DecodedPod] = [], objects: [DecodedObject] = [], problems: [ManifestProblem] = []) {
        self.pods = pods
        self.objects = objects
        self.problems = problems
    }
}

/// An object other than a pod that was decoded, completed with the API server's defaults, and found valid.
public struct DecodedObject: Sendable, Hashable {
    public var object: ManifestObject
    /// Fields that Kubernetes knows and that are not served.
    public var warnings: [String]
    /// `PodIdentity.fingerprint` of the spec as it was written; nil for objects without one.
    public var fingerprint: String?
    /// Where in the file the object begins.
    public var position: SourcePosition?

    /// Creates a decoded object.
    public init(
        _ object: ManifestObject,
        warnings: [String] = [],
        fingerprint: String? = nil,
        position: SourcePosition? = nil
    ) {
        self.object = object
        self.warnings = warnings
        self.fingerprint = fingerprint
        self.position = position
    }

    public var name: ObjectName { object.name }
}

/// A pod that was decoded, completed with the API server's defaults, and found valid.
public struct DecodedPod: Sendable, Hashable {
    public var pod: Pod
    /// Fields that Kubernetes knows and that are not served yet: `spec.affinity: not served yet`.
    public var warnings: [String]
    /// `PodIdentity.fingerprint` of the spec as it was written; nil where that is not known any more.
    public var fingerprint: String?
    /// Where in the file the pod begins.
    public var position: SourcePosition?
    /// Whether the manifest itself names the UID: then it is the pod's whatever runs.
    public var hasGivenUID = false

    /// Creates a decoded pod.
    public init(pod: Pod, warnings: [String] = [], fingerprint: String? = nil, position: SourcePosition? = nil) {
        self.pod = pod
        self.warnings = warnings
        self.fingerprint = fingerprint
        self.position = position
    }

    /// The pod's name in its namespace.
    public var name: PodName { PodName(namespace: pod.metadata.namespace, name: pod.metadata.name) }
}

/// Namespace and name: what makes two manifests speak of the same pod.
public struct PodName: Sendable, Hashable, Comparable, CustomStringConvertible {
    public var namespace: String
    public var name: String

    /// Creates a name.
    public init(namespace: String, name: String) {
        self.namespace = namespace
        self.name = name
    }

    public var description: String { "\(namespace)/\(name)" }

    public static func < (a: PodName, b: PodName) -> Bool { (a.namespace, a.name) < (b.namespace, b.name) }
}

/// One thing that is wrong with a manifest.
public struct ManifestProblem: Error, Sendable, Hashable, CustomStringConvertible {
    public var file: String
    public var position: SourcePosition?
    /// Where in the object: `spec.containers[0].image`; empty for the document as a whole.
    public var path: String
    public var message: String
    /// The known name that was probably meant.
    public var suggestion: String?
    /// The object that the problem concerns, as far as the document says; so that its last good version can stay.
    public var object: ObjectName?

    /// Creates a problem.
    public init(file: String, position: SourcePosition? = nil, path: String = "", message: String) {
        self.file = file
        self.position = position
        self.path = path
        self.message = message
    }

    /// The pod that the problem concerns, or may concern.
    public var pod: PodName? {
        get { object?.pod }
        set { object = newValue.map(ObjectName.init(pod:)) }
    }

    /// `web.yaml:7:9: spec.containers[0].imge: unknown field, did you mean "image"?`
    public var description: String {
        var text = file
        if let position { text += ":\(position)" }
        text += ": "
        if !path.isEmpty { text += path + ": " }
        text += message
        if let suggestion { text += ", did you mean \"\(suggestion)\"?" }
        return text
    }
}
