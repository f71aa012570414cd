import JSONCoding

/// A Kubernetes v1 PersistentVolumeClaim: here a folder that outlives the pods that mount it.
public struct PersistentVolumeClaim: Codable, Sendable, Hashable {
    public var apiVersion: String
    public var kind: String
    public var metadata: ObjectMeta
    public var spec: Spec

    /// Creates a claim.
    public init(metadata: ObjectMeta, spec: Spec) {
        apiVersion = "v1"
        kind = "PersistentVolumeClaim"
        self.metadata = metadata
        self.spec = spec
    }

    /// What is claimed. What selects or makes a volume in a cluster is kept as it was written.
    public struct Spec: Codable, Sendable, Hashable {
        public var accessModes: [AccessMode]
        public var resources: Resources
        public var storageClassName: String?
        public var volumeName: String?
        public var volumeMode: String?

        /// Creates a spec.
        public init(accessModes: [AccessMode], storage: Quantity) {
            self.accessModes = accessModes
            resources = Resources()
            resources.requests["storage"] = storage
        }
    }

    /// How much is claimed. A folder holds what its file system does: nothing enforces it.
    public struct Resources: Codable, Sendable, Hashable {
        @EmptyByDefault public var limits: [String: Quantity]
        @EmptyByDefault public var requests: [String: Quantity]

        /// Nothing.
        public init() {}
    }

    /// Who may mount it at the same time. On one node all but the last come to the same.
    public enum AccessMode: String, Codable, Sendable, Hashable, CaseIterable {
        case readWriteOnce = "ReadWriteOnce"
        case readOnlyMany = "ReadOnlyMany"
        case readWriteMany = "ReadWriteMany"
        /// One pod.
        case readWriteOncePod = "ReadWriteOncePod"
    }

    /// What becomes of the folder when the claim's manifest goes.
    public enum ReclaimPolicy: String, Sendable, Hashable, CaseIterable {
        /// It stays, and is there again for a claim of the same name.
        case retain = "Retain"
        case delete = "Delete"
    }

    /// The annotation that says what becomes of the folder.
    public static let reclaimAnnotation = "swiftlet/reclaim"

    /// `Retain` where the claim says nothing.
    public var reclaimPolicy: ReclaimPolicy {
        metadata.annotations[Self.reclaimAnnotation].flatMap(ReclaimPolicy.init(rawValue:)) ?? .retain
    }
}
