import CSeccomp
import Glibc
import Linux
import OCISpec

/// Translates a seccomp section by libseccomp.
public enum SeccompCompiler {
    /// The version of libseccomp, of which the result depends.
    public static var libraryVersion: String {
        guard let version = seccomp_version()?.pointee else { return "unknown" }
        return "\(version.major).\(version.minor).\(version.micro)"
    }

    /// The architectures that the library knows.
    public static var knownArchitectures: [RuntimeSpec.Linux.Seccomp.Architecture] {
        RuntimeSpec.Linux.Seccomp.Architecture.allCases.filter { seccomp_arch_resolve_name($0.libraryName) != 0 }
    }

    /// The first name of a section that is no system call on any architecture; nil for none.
    public static func unknownName(in section: RuntimeSpec.Linux.Seccomp) -> String? {
        section.syscalls?.lazy.flatMap(\.names).first { seccomp_syscall_resolve_name($0) == -1 }
    }

    /// Compiles a section.
    public static func compile(_ section: RuntimeSpec.Linux.Seccomp) throws(SeccompError) -> SeccompProgram {
        if section.defaultAction == .notify {
            throw .unsupported("seccomp: SCMP_ACT_NOTIFY cannot be the default action")
        }
        let standard = section.defaultAction.value(errno: section.defaultErrnoRet)
        guard let filter = seccomp_init(standard) else {
            throw .library(call: "seccomp_init", errno: EINVAL, subject: section.defaultAction.rawValue)
        }
        defer { seccomp_release(filter) }
        // A binary tree instead of a list: a system call late in a long list costs no more than an early one.
        try check("seccomp_attr_set", "optimize") { seccomp_attr_set(filter, SCMP_FLTATR_CTL_OPTIMIZE, 2) }
        for architecture in section.architectures ?? [] { try add(architecture, to: filter) }
        for rule in section.syscalls ?? [] {
            let action = rule.action.value(errno: rule.errnoRet)
            // A rule that does what happens anyway is none; libseccomp refuses it.
            if action == standard { continue }
            let alternatives = try conditions(of: rule)
            for name in rule.names {
                let number = seccomp_syscall_resolve_name(name)
                // -1 is __NR_SCMP_ERROR: no such call.
                if number == -1 { continue }
                for comparisons in alternatives {
                    try check("seccomp_rule_add", "\(name) \(rule.action.rawValue)") {
                        seccomp_rule_add_array(filter, action, number, UInt32(comparisons.count), comparisons)
                    }
                }
            }
        }
        return try export(filter, flags: section.kernelFlags)
    }

    private static func add(
        _ architecture: RuntimeSpec.Linux.Seccomp.Architecture,
        to filter: scmp_filter_ctx
    ) throws(SeccompError) {
        let token = seccomp_arch_resolve_name(architecture.libraryName)
        if token == 0 { throw .unsupported("seccomp: libseccomp does not know \(architecture.rawValue)") }
        let result = seccomp_arch_add(filter, token)
        if result != 0 && result != -EEXIST {
            throw .library(call: "seccomp_arch_add", errno: -result, subject: architecture.rawValue)
        }
    }

    /// The conditions of a rule: one list whose members all have to hold, or, where an argument occurs twice, one list a
    /// condition of which any may hold. libseccomp cannot say two things of one argument in a rule, and this is how the
    /// established runtimes read such a rule.
    private static func conditions(
        of rule: RuntimeSpec.Linux.Seccomp.SyscallRule
    ) throws(SeccompError) -> [[scmp_arg_cmp]] {
        let arguments = rule.args ?? []
        if let wrong = arguments.first(where: { $0.index > 5 }) {
            throw .unsupported("seccomp: a system call has no argument \(wrong.index)")
        }
        let comparisons = arguments.map { argument in
            scmp_arg_cmp(
                arg: argument.index,
                op: argument.op.value,
                datum_a: argument.value,
                datum_b: argument.valueTwo ?? 0
            )
        }
        let repeated = Set(arguments.map(\.index)).count != arguments.count
        return repeated ? comparisons.map { [$0] } : [comparisons]
    }

    private static func export(_ filter: scmp_filter_ctx, flags: UInt32) throws(SeccompError) -> SeccompProgram {
        let bytes: [UInt8]
        do throws(SystemError) {
            let file = try Descriptor.memoryFile(named: "seccomp")
            let result = seccomp_export_bpf(filter, file.rawValue)
            if result != 0 { throw SystemError(call: "seccomp_export_bpf", errno: -result) }
            lseek(file.rawValue, 0, SEEK_SET)
            bytes = try file.readToEnd(sizeHint: 8192)
        } catch { throw .system(error) }
        guard let program = SeccompProgram(bytes: bytes, flags: flags) else {
            throw .unsupported("seccomp: the filter has \(bytes.count / 8) instructions, more than the kernel takes")
        }
        return program
    }

    private static func check(_ call: String, _ subject: String, _ body: () -> Int32) throws(SeccompError) {
        let result = body()
        if result != 0 { throw .library(call: call, errno: -result, subject: subject) }
    }
}
