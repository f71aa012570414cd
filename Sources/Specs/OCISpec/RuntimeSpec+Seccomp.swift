extension RuntimeSpec.Linux {
    /// Which system calls a container may make.
    ///
    /// Action, operator, architecture and flag names are closed lists: an unknown one does not decode, because a filter
    /// that silently lacks a rule is weaker than the one that was asked for. An unknown *system call* name is skipped by
    /// the runtime, since no program can make a call that the kernel lacks.
    public struct Seccomp: Codable, Sendable, Hashable {
        public var defaultAction: Action
        public var defaultErrnoRet: UInt32?
        public var architectures: [Architecture]?
        public var flags: [Flag]?
        public var listenerPath: String?
        public var listenerMetadata: String?
        public var syscalls: [SyscallRule]?

        public init(defaultAction: Action) {
            self.defaultAction = defaultAction
        }
    }
}

extension RuntimeSpec.Linux.Seccomp {
    public enum Action: String, Codable, Sendable, Hashable, CaseIterable {
        case kill = "SCMP_ACT_KILL"
        case killProcess = "SCMP_ACT_KILL_PROCESS"
        case killThread = "SCMP_ACT_KILL_THREAD"
        case trap = "SCMP_ACT_TRAP"
        case errno = "SCMP_ACT_ERRNO"
        case trace = "SCMP_ACT_TRACE"
        case allow = "SCMP_ACT_ALLOW"
        case log = "SCMP_ACT_LOG"
        case notify = "SCMP_ACT_NOTIFY"
    }

    public enum Operator: String, Codable, Sendable, Hashable, CaseIterable {
        case notEqual = "SCMP_CMP_NE"
        case lessThan = "SCMP_CMP_LT"
        case lessOrEqual = "SCMP_CMP_LE"
        case equal = "SCMP_CMP_EQ"
        case greaterOrEqual = "SCMP_CMP_GE"
        case greaterThan = "SCMP_CMP_GT"
        case maskedEqual = "SCMP_CMP_MASKED_EQ"
    }

    public enum Flag: String, Codable, Sendable, Hashable, CaseIterable {
        case threadSync = "SECCOMP_FILTER_FLAG_TSYNC"
        case log = "SECCOMP_FILTER_FLAG_LOG"
        case speculationAllow = "SECCOMP_FILTER_FLAG_SPEC_ALLOW"
        case waitKillableReceive = "SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV"
    }

    public enum Architecture: String, Codable, Sendable, Hashable, CaseIterable {
        case x86 = "SCMP_ARCH_X86"
        case x86_64 = "SCMP_ARCH_X86_64"
        case x32 = "SCMP_ARCH_X32"
        case arm = "SCMP_ARCH_ARM"
        case aarch64 = "SCMP_ARCH_AARCH64"
        case loongArch64 = "SCMP_ARCH_LOONGARCH64"
        case m68k = "SCMP_ARCH_M68K"
        case mips = "SCMP_ARCH_MIPS"
        case mips64 = "SCMP_ARCH_MIPS64"
        case mips64n32 = "SCMP_ARCH_MIPS64N32"
        case mipsel = "SCMP_ARCH_MIPSEL"
        case mipsel64 = "SCMP_ARCH_MIPSEL64"
        case mipsel64n32 = "SCMP_ARCH_MIPSEL64N32"
        case ppc = "SCMP_ARCH_PPC"
        case ppc64 = "SCMP_ARCH_PPC64"
        case ppc64le = "SCMP_ARCH_PPC64LE"
        case s390 = "SCMP_ARCH_S390"
        case s390x = "SCMP_ARCH_S390X"
        case sh = "SCMP_ARCH_SH"
        case shBigEndian = "SCMP_ARCH_SHEB"
        case parisc = "SCMP_ARCH_PARISC"
        case parisc64 = "SCMP_ARCH_PARISC64"
        case riscv64 = "SCMP_ARCH_RISCV64"
    }

    /// What happens on some system calls, perhaps only with certain arguments.
    public struct SyscallRule: Codable, Sendable, Hashable {
        public var names: [String]
        public var action: Action
        public var errnoRet: UInt32?
        /// Conditions that all have to hold.
        public var args: [Argument]?

        public init(names: [String], action: Action, errnoRet: UInt32? = nil, args: [Argument]? = nil) {
            self.names = names
            self.action = action
            self.errnoRet = errnoRet
            self.args = args
        }
    }

    /// A condition on one argument of a system call.
    public struct Argument: Codable, Sendable, Hashable {
        public var index: UInt32
        public var value: UInt64
        /// The value to compare with after masking by `value`; for `maskedEqual` only.
        public var valueTwo: UInt64?
        public var op: Operator

        public init(index: UInt32, value: UInt64, valueTwo: UInt64? = nil, op: Operator) {
            self.index = index
            self.value = value
            self.valueTwo = valueTwo
            self.op = op
        }
    }
}
