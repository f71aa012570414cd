/// What a runtime can do, as its `features` command prints it (`features-schema.json`).
public struct RuntimeFeatures: Codable, Sendable, Hashable {
    public var ociVersionMin: String
    public var ociVersionMax: String
    public var hooks: [String]?
    public var mountOptions: [String]?
    public var annotations: [String: String]?
    public var potentiallyUnsafeConfigAnnotations: [String]?
    public var linux: Linux?

    public init(ociVersionMin: String, ociVersionMax: String) {
        self.ociVersionMin = ociVersionMin
        self.ociVersionMax = ociVersionMax
    }

    /// A feature that is either there or not.
    public struct Switch: Codable, Sendable, Hashable {
        public var enabled: Bool?

        public init(enabled: Bool) {
            self.enabled = enabled
        }
    }

    public struct Linux: Codable, Sendable, Hashable {
        public var namespaces: [String]?
        public var capabilities: [String]?
        public var cgroup: Cgroup?
        public var seccomp: Seccomp?
        public var apparmor: Switch?
        public var selinux: Switch?
        public var intelRdt: Switch?
        public var mountExtensions: MountExtensions?
        public var netDevices: Switch?
        public var memoryPolicy: MemoryPolicy?

        public init() {}
    }

    public struct Cgroup: Codable, Sendable, Hashable {
        public var v1: Bool?
        public var v2: Bool?
        public var systemd: Bool?
        public var systemdUser: Bool?
        public var rdma: Bool?

        public init() {}
    }

    public struct Seccomp: Codable, Sendable, Hashable {
        public var enabled: Bool?
        public var actions: [String]?
        public var operators: [String]?
        public var archs: [String]?
        public var knownFlags: [String]?
        public var supportedFlags: [String]?

        public init() {}
    }

    public struct MemoryPolicy: Codable, Sendable, Hashable {
        public var modes: [String]?
        public var flags: [String]?

        public init(modes: [String]?, flags: [String]?) {
            self.modes = modes
            self.flags = flags
        }
    }

    public struct MountExtensions: Codable, Sendable, Hashable {
        public var idmap: Switch?

        public init(idmap: Switch?) {
            self.idmap = idmap
        }
    }
}
