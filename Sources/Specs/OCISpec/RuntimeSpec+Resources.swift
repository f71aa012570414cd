extension RuntimeSpec.Linux {
    /// The limits of a cgroup.
    public struct Resources: Codable, Sendable, Hashable {
        /// Files of cgroup v2 and what is written to them.
        public var unified: [String: String]?
        public var devices: [DeviceRule]?
        public var pids: Pids?
        public var blockIO: BlockIO?
        public var cpu: CPU?
        public var hugepageLimits: [HugepageLimit]?
        public var memory: Memory?
        public var network: Network?
        public var rdma: [String: Rdma]?

        public init() {}
    }
}

extension RuntimeSpec.Linux.Resources {
    /// One line of the list that says which devices may be used; the last line that matches counts.
    public struct DeviceRule: Codable, Sendable, Hashable {
        public var allow: Bool
        /// `a`, `c` or `b`; all when absent.
        public var type: String?
        /// All when absent or -1.
        public var major: Int64?
        public var minor: Int64?
        /// A combination of `r`, `w` and `m`; all when absent.
        public var access: String?

        public init(
            allow: Bool,
            type: String? = nil,
            major: Int64? = nil,
            minor: Int64? = nil,
            access: String? = nil
        ) {
            self.allow = allow
            self.type = type
            self.major = major
            self.minor = minor
            self.access = access
        }
    }

    public struct Pids: Codable, Sendable, Hashable {
        /// -1 is no limit. Absent (some callers write an empty object) is unset.
        public var limit: Int64?

        public init(limit: Int64?) {
            self.limit = limit
        }
    }

    public struct CPU: Codable, Sendable, Hashable {
        /// The relative weight in the terms of cgroup v1 (2 to 262144, 1024 by default).
        public var shares: UInt64?
        /// Microseconds in a period; -1 is no limit.
        public var quota: Int64?
        public var burst: UInt64?
        /// Microseconds.
        public var period: UInt64?
        public var realtimeRuntime: Int64?
        public var realtimePeriod: UInt64?
        public var cpus: String?
        public var mems: String?
        public var idle: Int64?

        public init() {}
    }

    /// Limits in bytes; -1 is no limit.
    public struct Memory: Codable, Sendable, Hashable {
        public var limit: Int64?
        public var reservation: Int64?
        /// Memory and swap together, as cgroup v1 counts it.
        public var swap: Int64?
        public var kernel: Int64?
        public var kernelTCP: Int64?
        public var swappiness: UInt64?
        public var disableOOMKiller: Bool?
        public var useHierarchy: Bool?
        public var checkBeforeUpdate: Bool?

        public init() {}
    }

    public struct BlockIO: Codable, Sendable, Hashable {
        public struct WeightDevice: Codable, Sendable, Hashable {
            public var major: Int64
            public var minor: Int64
            public var weight: UInt16?
            public var leafWeight: UInt16?
        }

        public struct ThrottleDevice: Codable, Sendable, Hashable {
            public var major: Int64
            public var minor: Int64
            public var rate: UInt64?

            public init(major: Int64, minor: Int64, rate: UInt64?) {
                self.major = major
                self.minor = minor
                self.rate = rate
            }
        }

        public var weight: UInt16?
        public var leafWeight: UInt16?
        public var weightDevice: [WeightDevice]?
        public var throttleReadBpsDevice: [ThrottleDevice]?
        public var throttleWriteBpsDevice: [ThrottleDevice]?
        public var throttleReadIOPSDevice: [ThrottleDevice]?
        public var throttleWriteIOPSDevice: [ThrottleDevice]?

        public init() {}
    }

    public struct HugepageLimit: Codable, Sendable, Hashable {
        /// Such as `2MB`.
        public var pageSize: String
        public var limit: UInt64

        public init(pageSize: String, limit: UInt64) {
            self.pageSize = pageSize
            self.limit = limit
        }
    }

    public struct Network: Codable, Sendable, Hashable {
        public struct InterfacePriority: Codable, Sendable, Hashable {
            public var name: String
            public var priority: UInt32
        }

        public var classID: UInt32?
        public var priorities: [InterfacePriority]?

        public init() {}
    }

    public struct Rdma: Codable, Sendable, Hashable {
        public var hcaHandles: UInt32?
        public var hcaObjects: UInt32?

        public init() {}
    }
}
