import CLinux
import Glibc

/// A set of capabilities(7), one bit each.
public struct Capabilities: OptionSet, Sendable, Hashable {
    public let rawValue: UInt64

    public init(rawValue: UInt64) { self.rawValue = rawValue }

    /// The bit of a name such as `CAP_CHOWN`; nil for a name that is none.
    public init?(name: some StringProtocol) {
        guard let number = Self.names.firstIndex(where: { name == $0.description }) else { return nil }
        self.init(rawValue: 1 << UInt64(number))
    }

    /// All names in the order of their numbers.
    public static var allNames: [String] { names.map(\.description) }

    /// The names of the members.
    public var names: [String] {
        Self.names.indices.filter { rawValue & 1 << UInt64($0) != 0 }.map { Self.names[$0].description }
    }

    public func contains(number: Int) -> Bool { rawValue & 1 << UInt64(number) != 0 }

    public static let setUserIDs = Capabilities(rawValue: 1 << 7)
    public static let setProcessCapabilities = Capabilities(rawValue: 1 << 8)
    public static let systemAdministration = Capabilities(rawValue: 1 << 21)
    public static let systemResource = Capabilities(rawValue: 1 << 24)

    // The position is the number that the kernel gives to the capability (linux/capability.h).
    private static let names: [StaticString] = [
        "CAP_CHOWN", "CAP_DAC_OVERRIDE", "CAP_DAC_READ_SEARCH", "CAP_FOWNER", "CAP_FSETID", "CAP_KILL", "CAP_SETGID",
        "CAP_SETUID", "CAP_SETPCAP", "CAP_LINUX_IMMUTABLE", "CAP_NET_BIND_SERVICE", "CAP_NET_BROADCAST",
        "CAP_NET_ADMIN", "CAP_NET_RAW", "CAP_IPC_LOCK", "CAP_IPC_OWNER", "CAP_SYS_MODULE", "CAP_SYS_RAWIO",
        "CAP_SYS_CHROOT", "CAP_SYS_PTRACE", "CAP_SYS_PACCT", "CAP_SYS_ADMIN", "CAP_SYS_BOOT", "CAP_SYS_NICE",
        "CAP_SYS_RESOURCE", "CAP_SYS_TIME", "CAP_SYS_TTY_CONFIG", "CAP_MKNOD", "CAP_LEASE", "CAP_AUDIT_WRITE",
        "CAP_AUDIT_CONTROL", "CAP_SETFCAP", "CAP_MAC_OVERRIDE", "CAP_MAC_ADMIN", "CAP_SYSLOG", "CAP_WAKE_ALARM",
        "CAP_BLOCK_SUSPEND", "CAP_AUDIT_READ", "CAP_PERFMON", "CAP_BPF", "CAP_CHECKPOINT_RESTORE",
    ]
}

extension Capabilities {
    /// The sets of the calling thread.
    public struct Sets: Sendable, Hashable {
        public var effective: Capabilities
        public var permitted: Capabilities
        public var inheritable: Capabilities

        public init(effective: Capabilities, permitted: Capabilities, inheritable: Capabilities) {
            self.effective = effective
            self.permitted = permitted
            self.inheritable = inheritable
        }

        /// capget(2).
        public static func current() throws(SystemError) -> Sets {
            var effective: [UInt32] = [0, 0]
            var permitted: [UInt32] = [0, 0]
            var inheritable: [UInt32] = [0, 0]
            try retrying("capget") { clinux_syscall_capget(&effective, &permitted, &inheritable) }
            return Sets(
                effective: Capabilities(words: effective),
                permitted: Capabilities(words: permitted),
                inheritable: Capabilities(words: inheritable)
            )
        }

        /// capset(2).
        public func apply() throws(SystemError) {
            try retrying("capset") { clinux_syscall_capset(effective.words, permitted.words, inheritable.words) }
        }
    }

    private init(words: [UInt32]) {
        self.init(rawValue: UInt64(words[1]) << 32 | UInt64(words[0]))
    }

    private var words: [UInt32] { [UInt32(truncatingIfNeeded: rawValue), UInt32(truncatingIfNeeded: rawValue >> 32)] }

    /// Takes everything outside of `kept` out of the calling thread's bounding set (PR_CAPBSET_DROP).
    public static func limitBounding(to kept: Capabilities) throws(SystemError) {
        for number in 0..<64 where !kept.contains(number: number) {
            if clinux_prctl(CLINUX_PR_CAPBSET_DROP, UInt(number), 0, 0, 0) == 0 { continue }
            let code = errno
            // EINVAL: past the last capability of this kernel.
            if code == EINVAL { return }
            throw SystemError(call: "prctl(PR_CAPBSET_DROP)", errno: code, subject: "capability \(number)")
        }
    }

    /// Makes the ambient set exactly this set; its members must be permitted and inheritable.
    public func raiseAmbient() throws(SystemError) {
        try retrying("prctl(PR_CAP_AMBIENT_CLEAR_ALL)") {
            clinux_prctl(CLINUX_PR_CAP_AMBIENT, UInt(CLINUX_PR_CAP_AMBIENT_CLEAR_ALL), 0, 0, 0)
        }
        for number in 0..<64 where contains(number: number) {
            try retrying("prctl(PR_CAP_AMBIENT_RAISE)", "capability \(number)") {
                clinux_prctl(CLINUX_PR_CAP_AMBIENT, UInt(CLINUX_PR_CAP_AMBIENT_RAISE), UInt(number), 0, 0)
            }
        }
    }
}
