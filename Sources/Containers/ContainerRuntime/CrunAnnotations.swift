/// The annotations of crun's that change what a runtime does (crun(1), "Extensions to OCI"), as far as they are served here.
///
/// Those of handlers of other kinds (wasm, libkrun) are not: such an image would run as something that it is not.
struct CrunAnnotations: Sendable {
    /// Any value but an empty one.
    private(set) var keepsOriginalGroups = false
    private(set) var failsOnUnknownSyscall = false
    private(set) var hookOutput: String?
    private(set) var hookErrors: String?
    private(set) var seccompReceiver: String?
    private(set) var pidfdReceiver: String?

    static let prefix = "run.oci."

    init(_ annotations: [String: String]?) throws(RuntimeError) {
        for (name, value) in annotations ?? [:] where name.hasPrefix(Self.prefix) && !value.isEmpty {
            switch name.dropFirst(Self.prefix.count) {
            case "keep_original_groups": keepsOriginalGroups = value != "0"
            case "seccomp_fail_unknown_syscall": failsOnUnknownSyscall = value != "0"
            case "hooks.stdout": hookOutput = value
            case "hooks.stderr": hookErrors = value
            case "seccomp.receiver": seccompReceiver = value
            case "pidfd_receiver": pidfdReceiver = value
            case "seccomp_bpf_data":
                throw RuntimeError(.unsupported, "annotation \(name): a filter comes from linux.seccomp alone")
            case "handler":
                throw RuntimeError(.unsupported, "annotation \(name) \"\(value)\": there are no handlers but Linux itself")
            default: break
            }
        }
    }
}
