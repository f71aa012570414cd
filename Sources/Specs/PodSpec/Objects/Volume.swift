import JSONCoding

/// A folder or file that the containers of a pod can mount.
public struct Volume: Sendable, Hashable {
    public var name: String
    public var source: Source

    /// Creates a volume.
    public init(name: String, source: Source) {
        self.name = name
        self.source = source
    }

    /// What is behind a volume.
    public enum Source: Sendable, Hashable {
        case hostPath(HostPath)
        case emptyDir(EmptyDir)
        case configMap(ConfigMapKeys)
        case secret(SecretKeys)
        case downwardAPI(DownwardAPI)
        case projected(Projected)
        case persistentVolumeClaim(ClaimReference)
        case image(Image)
        case ephemeral(Ephemeral)
        case nfs(NFS)
        /// A kind of Kubernetes's that is not served yet, as it was written.
        case other(kind: String, JSONNode)
    }

    /// A path of the host.
    public struct HostPath: Codable, Sendable, Hashable {
        /// What must be there or is made.
        public enum Kind: String, Codable, Sendable, Hashable {
            /// Nothing is checked.
            case unchecked = ""
            case directoryOrCreate = "DirectoryOrCreate"
            case directory = "Directory"
            case fileOrCreate = "FileOrCreate"
            case file = "File"
            case socket = "Socket"
            case charDevice = "CharDevice"
            case blockDevice = "BlockDevice"
        }

        public var path: String
        public var type: Kind?

        /// Creates a source.
        public init(path: String, type: Kind? = nil) {
            self.path = path
            self.type = type
        }
    }

    /// A folder that is made with the pod and goes with it.
    public struct EmptyDir: Codable, Sendable, Hashable {
        /// `Memory`: a tmpfs; `HugePages-2Mi`: a hugetlbfs with pages of that size, `HugePages` with the pod's one size;
        /// `""` or nil: on the disk.
        public var medium: String?
        public var sizeLimit: Quantity?

        /// Creates a source.
        public init(medium: String? = nil, sizeLimit: Quantity? = nil) {
            self.medium = medium
            self.sizeLimit = sizeLimit
        }

        /// True for a tmpfs.
        public var isMemory: Bool { medium == "Memory" }

        /// True for a hugetlbfs.
        public var isHugePages: Bool { medium?.hasPrefix("HugePages") ?? false }

        /// True for a folder on the disk.
        public var isOnDisk: Bool { !isMemory && !isHugePages }
    }

    /// A claim that is made with the pod and goes with it: a folder on the disk.
    public struct Ephemeral: Codable, Sendable, Hashable {
        /// The claim, as it was written: on one machine it comes down to a folder.
        public var volumeClaimTemplate: JSONNode

        /// Creates a source.
        public init(volumeClaimTemplate: JSONNode) { self.volumeClaimTemplate = volumeClaimTemplate }
    }

    /// The files of an image, read-only.
    public struct Image: Codable, Sendable, Hashable {
        public var reference: String
        public var pullPolicy: ImagePullPolicy

        /// Creates a source.
        public init(reference: String, pullPolicy: ImagePullPolicy = .ifNotPresent) {
            self.reference = reference
            self.pullPolicy = pullPolicy
        }
    }

    /// A folder that an NFS server exports.
    public struct NFS: Codable, Sendable, Hashable {
        /// A name or an address.
        public var server: String
        /// Absolute, on the server.
        public var path: String
        public var readOnly: Bool?

        /// Creates a source.
        public init(server: String, path: String, readOnly: Bool? = nil) {
            self.server = server
            self.path = path
            self.readOnly = readOnly
        }
    }
}

extension Volume: Codable {
    /// The API's volume is flat: the kind is the one key beside `name`.
    private struct Key: CodingKey {
        let stringValue: String
        var intValue: Int? { nil }
        init(stringValue: String) { self.stringValue = stringValue }
        init?(intValue: Int) { nil }
    }

    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: Key.self)
        name = try container.decode(String.self, forKey: Key(stringValue: "name"))
        let kind = try container.allKeys.first {
            try $0.stringValue != "name" && !container.decodeNil(forKey: $0)
        }
        guard let kind else {
            // The API server's default for a volume without a source.
            source = .emptyDir(EmptyDir())
            return
        }
        switch kind.stringValue {
        case "hostPath": source = .hostPath(try container.decode(HostPath.self, forKey: kind))
        case "emptyDir": source = .emptyDir(try container.decode(EmptyDir.self, forKey: kind))
        case "configMap": source = .configMap(try container.decode(ConfigMapKeys.self, forKey: kind))
        case "secret": source = .secret(try container.decode(SecretKeys.self, forKey: kind))
        case "downwardAPI": source = .downwardAPI(try container.decode(DownwardAPI.self, forKey: kind))
        case "projected": source = .projected(try container.decode(Projected.self, forKey: kind))
        case "persistentVolumeClaim":
            source = .persistentVolumeClaim(try container.decode(ClaimReference.self, forKey: kind))
        case "ephemeral": source = .ephemeral(try container.decode(Ephemeral.self, forKey: kind))
        case "image": source = .image(try container.decode(Image.self, forKey: kind))
        case "nfs": source = .nfs(try container.decode(NFS.self, forKey: kind))
        default: source = .other(kind: kind.stringValue, try container.decode(JSONNode.self, forKey: kind))
        }
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Key.self)
        try container.encode(name, forKey: Key(stringValue: "name"))
        switch source {
        case .hostPath(let value): try container.encode(value, forKey: Key(stringValue: "hostPath"))
        case .emptyDir(let value): try container.encode(value, forKey: Key(stringValue: "emptyDir"))
        case .configMap(let value): try container.encode(value, forKey: Key(stringValue: "configMap"))
        case .secret(let value): try container.encode(value, forKey: Key(stringValue: "secret"))
        case .downwardAPI(let value): try container.encode(value, forKey: Key(stringValue: "downwardAPI"))
        case .projected(let value): try container.encode(value, forKey: Key(stringValue: "projected"))
        case .persistentVolumeClaim(let value):
            try container.encode(value, forKey: Key(stringValue: "persistentVolumeClaim"))
        case .ephemeral(let value): try container.encode(value, forKey: Key(stringValue: "ephemeral"))
        case .image(let value): try container.encode(value, forKey: Key(stringValue: "image"))
        case .nfs(let value): try container.encode(value, forKey: Key(stringValue: "nfs"))
        case .other(let kind, let value): try container.encode(value, forKey: Key(stringValue: kind))
        }
    }
}
