import CSeccomp
import Glibc
import OCISpec

// The specification's names in libseccomp's and the kernel's numbers.

extension RuntimeSpec.Linux.Seccomp.Action {
    /// The action with its data. Where none is given, errno and trace carry EPERM.
    func value(errno: UInt32?) -> UInt32 {
        // Macros with an argument are invisible to Swift: SCMP_ACT_ERRNO(x) and SCMP_ACT_TRACE(x).
        let data = (errno ?? UInt32(EPERM)) & 0xFFFF
        return switch self {
        case .kill, .killThread: SCMP_ACT_KILL_THREAD
        case .killProcess: SCMP_ACT_KILL_PROCESS
        case .trap: SCMP_ACT_TRAP
        case .errno: 0x0005_0000 | data
        case .trace: 0x7FF0_0000 | data
        case .allow: SCMP_ACT_ALLOW
        case .log: SCMP_ACT_LOG
        case .notify: SCMP_ACT_NOTIFY
        }
    }
}

extension RuntimeSpec.Linux.Seccomp.Operator {
    var value: scmp_compare {
        switch self {
        case .notEqual: SCMP_CMP_NE
        case .lessThan: SCMP_CMP_LT
        case .lessOrEqual: SCMP_CMP_LE
        case .equal: SCMP_CMP_EQ
        case .greaterOrEqual: SCMP_CMP_GE
        case .greaterThan: SCMP_CMP_GT
        case .maskedEqual: SCMP_CMP_MASKED_EQ
        }
    }
}

extension RuntimeSpec.Linux.Seccomp.Architecture {
    /// The name that seccomp_arch_resolve_name(3) takes.
    var libraryName: String {
        switch self {
        case .shBigEndian: "sheb"
        default: String(rawValue.dropFirst("SCMP_ARCH_".count)).lowercased()
        }
    }
}

extension RuntimeSpec.Linux.Seccomp {
    /// The flags for seccomp(2). TSYNC has no meaning in a process of one thread, and is left out because the kernel takes
    /// it for a contradiction to a listener.
    var kernelFlags: UInt32 {
        (flags ?? []).reduce(0) { result, flag in
            switch flag {
            case .threadSync: result
            case .log: result | 2
            case .speculationAllow: result | 4
            case .waitKillableReceive: result | 32
            }
        }
    }
}
