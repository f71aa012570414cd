/// Volumes whose files are made of objects beside the pods, or of the pod itself.
extension Volume {
    /// A key and the file that it becomes.
    public struct KeyToPath: Codable, Sendable, Hashable {
        public var key: String
        /// Relative to the volume.
        public var path: String
        public var mode: UInt32?
    }

    /// Keys of a ConfigMap; in a projected volume also of a Secret.
    public struct ConfigMapKeys: Codable, Sendable, Hashable {
        public var name: String?
        /// All keys where there are none.
        @EmptyByDefault public var items: [KeyToPath]
        public var defaultMode: UInt32?
        public var optional: Bool?
    }

    /// Keys of a Secret.
    public struct SecretKeys: Codable, Sendable, Hashable {
        public var secretName: String?
        /// All keys where there are none.
        @EmptyByDefault public var items: [KeyToPath]
        public var defaultMode: UInt32?
        public var optional: Bool?
    }

    /// A field of the pod and the file that it becomes.
    public struct DownwardFile: Codable, Sendable, Hashable {
        /// Relative to the volume.
        public var path: String
        public var fieldRef: EnvVar.FieldReference?
        public var resourceFieldRef: ResourceFieldReference?
        public var mode: UInt32?
    }

    /// Fields of the pod.
    public struct DownwardAPI: Codable, Sendable, Hashable {
        @EmptyByDefault public var items: [DownwardFile]
        public var defaultMode: UInt32?
    }

    /// Several sources in one folder.
    public struct Projected: Codable, Sendable, Hashable {
        @EmptyByDefault public var sources: [Projection]
        public var defaultMode: UInt32?
    }

    /// One of the sources; exactly one of the members is set.
    public struct Projection: Codable, Sendable, Hashable {
        public var configMap: ConfigMapKeys?
        public var secret: ConfigMapKeys?
        public var downwardAPI: DownwardAPI?
    }

    /// The folder of a claim.
    public struct ClaimReference: Codable, Sendable, Hashable {
        public var claimName: String
        public var readOnly: Bool?
    }

    /// The mode of files where a volume says nothing.
    public static let defaultMode: UInt32 = 0o644

    /// Whether its files are made of objects or fields, and follow them.
    public var followsObjects: Bool {
        switch source {
        case .configMap, .secret, .downwardAPI, .projected: true
        default: false
        }
    }

    /// Whether no container may write to it, whatever its mount says.
    public var isReadOnly: Bool {
        if case .persistentVolumeClaim(let claim) = source { return claim.readOnly ?? false }
        return followsObjects
    }

    /// Whether its files may hold secrets.
    public var isSecret: Bool {
        switch source {
        case .secret: true
        case .projected(let projected): projected.sources.contains { $0.secret != nil }
        default: false
        }
    }
}
