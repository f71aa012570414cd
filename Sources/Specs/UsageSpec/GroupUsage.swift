/// What the processes of a control group, and of those below it, have used.
public struct GroupUsage: Codable, Sendable, Hashable {
    /// Time of processors.
    public struct CPU: Codable, Sendable, Hashable {
        /// In total, since the group was made.
        public var usageNanoseconds: Int64
        public var userNanoseconds: Int64?
        public var systemNanoseconds: Int64?
        /// How much it used lately, in billionths of a processor; nil where only one look has been taken.
        public var nanocores: Int64?
        /// Periods of its quota, those in which it had to wait, and for how long.
        public var periods: Int64?
        public var throttledPeriods: Int64?
        public var throttledNanoseconds: Int64?

        public init(usageNanoseconds: Int64) {
            self.usageNanoseconds = usageNanoseconds
        }
    }

    /// Bytes of memory.
    public struct Memory: Codable, Sendable, Hashable {
        /// With caches of files.
        public var usageBytes: Int64
        /// Without file pages that could go at once: what counts towards eviction.
        public var workingSetBytes: Int64
        /// Memory that no file stands behind.
        public var rssBytes: Int64?
        public var cacheBytes: Int64?
        public var swapBytes: Int64?
        /// Nil for none.
        public var limitBytes: Int64?
        public var pageFaults: Int64?
        /// Those that waited for a disk.
        public var majorPageFaults: Int64?
        /// How often the kernel has killed a process of it for lack of memory.
        public var oomKills: Int64?

        public init(usageBytes: Int64, workingSetBytes: Int64) {
            self.usageBytes = usageBytes
            self.workingSetBytes = workingSetBytes
        }

        /// What is left of the limit; nil without one.
        public var availableBytes: Int64? { limitBytes.map { max(0, $0 - workingSetBytes) } }
    }

    /// Processes with their threads.
    public struct Processes: Codable, Sendable, Hashable {
        public var count: Int64
        /// Nil for none.
        public var limit: Int64?

        public init(count: Int64, limit: Int64? = nil) {
            self.count = count
            self.limit = limit
        }
    }

    /// What has gone to and come from one block device.
    public struct Device: Codable, Sendable, Hashable {
        /// `major:minor`.
        public var device: String
        public var readBytes: Int64 = 0
        public var writeBytes: Int64 = 0
        public var reads: Int64 = 0
        public var writes: Int64 = 0

        public init(device: String) {
            self.device = device
        }
    }

    public var cpu: CPU?
    public var memory: Memory?
    public var processes: Processes?
    /// By device.
    public var devices: [Device]?
    public var pressure: PressureUsage?

    public init() {}
}
