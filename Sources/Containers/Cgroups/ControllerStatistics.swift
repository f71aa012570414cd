import Linux

/// All figures of a group's controllers in the form of runc's `events`, which its callers parse. What the machine does not
/// count is zero or absent there, as with runc.
public struct ControllerStatistics: Encodable, Sendable {
    public struct CPU: Encodable, Sendable {
        public struct Usage: Encodable, Sendable {
            public var total: UInt64 = 0
            public var percpu: [UInt64]?
            public var kernel: UInt64 = 0
            public var user: UInt64 = 0
        }

        public struct Throttling: Encodable, Sendable {
            public var periods: UInt64 = 0
            public var throttledPeriods: UInt64 = 0
            public var throttledTime: UInt64 = 0
        }

        public var usage = Usage()
        public var throttling = Throttling()
    }

    public struct Entry: Encodable, Sendable {
        public var limit: UInt64 = 0
        public var usage: UInt64 = 0
        public var max: UInt64 = 0
        public var failcnt: UInt64 = 0
    }

    public struct Memory: Encodable, Sendable {
        public var cache: UInt64 = 0
        public var usage = Entry()
        public var swap = Entry()
        public var kernel = Entry()
        public var kernelTCP = Entry()
        public var raw: [String: UInt64] = [:]
    }

    public struct Pids: Encodable, Sendable {
        public var current: UInt64 = 0
        public var limit: UInt64 = 0
    }

    public struct BlockEntry: Encodable, Sendable {
        public var major: UInt64
        public var minor: UInt64
        public var op: String
        public var value: UInt64
    }

    public struct BlockIO: Encodable, Sendable {
        public var ioServiceBytesRecursive: [BlockEntry] = []
        public var ioServicedRecursive: [BlockEntry] = []
    }

    public struct Hugetlb: Encodable, Sendable {
        public var usage: UInt64 = 0
        public var max: UInt64 = 0
        public var failcnt: UInt64 = 0
    }

    public struct CPUSet: Encodable, Sendable {
        public var cpus: String?
        public var mems: String?
    }

    public var cpu = CPU()
    public var cpuset = CPUSet()
    public var memory = Memory()
    public var pids = Pids()
    public var blkio = BlockIO()
    public var hugetlb: [String: Hugetlb] = [:]
}
