import CLinux
import Glibc

/// A resource that setrlimit(2) limits.
public enum ResourceLimit: Int32, Sendable, Hashable, CaseIterable {
    // The numbers of asm-generic/resource.h, which x86-64 and arm64 share.
    case cpu = 0, fileSize, data, stack, core, resident, processes, openFiles, lockedMemory, addressSpace, locks
    case pendingSignals, messageQueue, nice, realtimePriority, realtimeTime

    /// The limit of a name such as `RLIMIT_NOFILE`; nil for a name that is none.
    public init?(name: some StringProtocol) {
        guard let match = Self.allCases.first(where: { name == $0.name }) else { return nil }
        self = match
    }

    public var name: String {
        switch self {
        case .cpu: "RLIMIT_CPU"
        case .fileSize: "RLIMIT_FSIZE"
        case .data: "RLIMIT_DATA"
        case .stack: "RLIMIT_STACK"
        case .core: "RLIMIT_CORE"
        case .resident: "RLIMIT_RSS"
        case .processes: "RLIMIT_NPROC"
        case .openFiles: "RLIMIT_NOFILE"
        case .lockedMemory: "RLIMIT_MEMLOCK"
        case .addressSpace: "RLIMIT_AS"
        case .locks: "RLIMIT_LOCKS"
        case .pendingSignals: "RLIMIT_SIGPENDING"
        case .messageQueue: "RLIMIT_MSGQUEUE"
        case .nice: "RLIMIT_NICE"
        case .realtimePriority: "RLIMIT_RTPRIO"
        case .realtimeTime: "RLIMIT_RTTIME"
        }
    }

    /// A soft and a hard limit; `UInt64.max` is none.
    public struct Values: Sendable, Hashable {
        public var soft: UInt64
        public var hard: UInt64

        public init(soft: UInt64, hard: UInt64) {
            self.soft = soft
            self.hard = hard
        }
    }

    /// The limits of a process; of the calling one by default.
    public func current(of pid: pid_t = 0) throws(SystemError) -> Values {
        var old: [UInt64] = [0, 0]
        try retrying("prlimit", name) { clinux_prlimit(pid, rawValue, nil, &old) }
        return Values(soft: old[0], hard: old[1])
    }

    /// prlimit(2).
    public func set(_ values: Values, of pid: pid_t = 0) throws(SystemError) {
        try retrying("prlimit", name) { clinux_prlimit(pid, rawValue, [values.soft, values.hard], nil) }
    }

    /// Raises the soft limit of the calling process, and of what it starts from now on, to the hard one.
    public func raise() throws(SystemError) {
        var values = try current()
        values.soft = values.hard
        try set(values)
    }
}
