extension RuntimeSpec {
    /// The part of the configuration that only Linux has.
    public struct Linux: Codable, Sendable, Hashable {
        public var devices: [Device]?
        /// Network devices of the host that move into the container, by their name on the host.
        public var netDevices: [String: NetDevice]?
        public var uidMappings: [IDMapping]?
        public var gidMappings: [IDMapping]?
        public var timeOffsets: TimeOffsets?
        public var namespaces: [Namespace]?
        public var resources: Resources?
        public var cgroupsPath: String?
        /// `private`, `shared`, `slave` or `unbindable`, with an `r` in front for the whole tree.
        public var rootfsPropagation: String?
        public var seccomp: Seccomp?
        public var sysctl: [String: String]?
        public var maskedPaths: [String]?
        public var readonlyPaths: [String]?
        public var mountLabel: String?
        public var intelRdt: IntelRdt?
        public var memoryPolicy: MemoryPolicy?
        public var personality: Personality?

        public init() {}
    }
}

extension RuntimeSpec.Linux {
    /// A namespace to make, or to join when it has a path.
    public struct Namespace: Codable, Sendable, Hashable {
        public enum Kind: String, Codable, Sendable, Hashable, CaseIterable {
            case mount, pid, network, uts, ipc, user, cgroup, time
        }

        public var type: Kind
        public var path: String?

        public init(_ type: Kind, path: String? = nil) {
            self.type = type
            self.path = path
        }
    }

    /// A device node inside the container.
    public struct Device: Codable, Sendable, Hashable {
        public enum Kind: String, Codable, Sendable, Hashable {
            case character = "c", unbufferedCharacter = "u", block = "b", fifo = "p"
        }

        public var type: Kind
        public var path: String
        public var major: Int64?
        public var minor: Int64?
        /// The permission bits.
        public var fileMode: UInt32?
        public var uid: UInt32?
        public var gid: UInt32?

        public init(_ type: Kind, path: String, major: Int64? = nil, minor: Int64? = nil, fileMode: UInt32? = nil) {
            self.type = type
            self.path = path
            self.major = major
            self.minor = minor
            self.fileMode = fileMode
        }
    }

    /// A network device that moves into the container.
    public struct NetDevice: Codable, Sendable, Hashable {
        /// Its name inside; unchanged when absent.
        public var name: String?

        public init(name: String? = nil) {
            self.name = name
        }
    }

    /// How far the clocks of a new time namespace are off.
    public struct TimeOffsets: Codable, Sendable, Hashable {
        public struct Offset: Codable, Sendable, Hashable {
            public var secs: Int64?
            public var nanosecs: UInt32?

            public init(secs: Int64? = nil, nanosecs: UInt32? = nil) {
                self.secs = secs
                self.nanosecs = nanosecs
            }
        }

        public var boottime: Offset?
        public var monotonic: Offset?

        public init(boottime: Offset? = nil, monotonic: Offset? = nil) {
            self.boottime = boottime
            self.monotonic = monotonic
        }
    }

    /// Cache and memory bandwidth allocation through resctrl.
    public struct IntelRdt: Codable, Sendable, Hashable {
        public var closID: String?
        public var schemata: [String]?
        public var l3CacheSchema: String?
        public var memBwSchema: String?
        public var enableMonitoring: Bool?

        public init() {}
    }

    /// The arguments for `set_mempolicy(2)`.
    public struct MemoryPolicy: Codable, Sendable, Hashable {
        /// `MPOL_DEFAULT` and so on.
        public var mode: String?
        public var nodes: String?
        public var flags: [String]?

        public init() {}
    }

    /// The execution domain for `personality(2)`.
    public struct Personality: Codable, Sendable, Hashable {
        /// `LINUX` or `LINUX32`.
        public var domain: String?
        public var flags: [String]?

        public init(domain: String? = nil) {
            self.domain = domain
        }
    }
}
