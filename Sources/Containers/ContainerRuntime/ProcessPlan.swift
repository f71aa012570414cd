import OCISpec
import Seccomp

/// All that is decided about one process before it is made.
struct ProcessPlan: Sendable {
    let process: RuntimeSpec.Process
    let options: LaunchOptions
    let identity: ProcessIdentity
    let attributes: ProcessAttributes
    let seccomp: SeccompProgram?
    let personality: UInt?
    let memoryPolicy: MemoryPolicyPlan?
    /// Who takes the listener of a filter that notifies; nil without one.
    let listener: SeccompListener?

    init(
        _ process: RuntimeSpec.Process,
        linux: RuntimeSpec.Linux?,
        annotations: CrunAnnotations,
        options: LaunchOptions,
        cache: SeccompCache
    ) throws(RuntimeError) {
        self.process = process
        self.options = options
        identity = try ProcessIdentity(process, keepsGroups: annotations.keepsOriginalGroups)
        attributes = try ProcessAttributes(process)
        if process.terminal == true && options.console == nil {
            throw RuntimeError(.invalidConfiguration, "a process with a terminal needs a console socket")
        }
        if process.terminal != true, case .socket = options.console {
            throw RuntimeError(.invalidConfiguration, "a console socket needs a process with a terminal")
        }
        do throws(SeccompError) {
            seccomp = try Self.filter(linux?.seccomp, annotations, cache)
        } catch {
            throw RuntimeError(.invalidConfiguration, "linux.seccomp: \(error)")
        }
        listener = try SeccompListener(linux?.seccomp, annotations)
        memoryPolicy = try linux?.memoryPolicy.map { given throws(RuntimeError) in try MemoryPolicyPlan(given) }
        personality = try linux?.personality.flatMap { given throws(RuntimeError) in try Self.personality(given) }
    }

    private static func filter(
        _ section: RuntimeSpec.Linux.Seccomp?,
        _ annotations: CrunAnnotations,
        _ cache: SeccompCache
    ) throws(SeccompError) -> SeccompProgram? {
        guard let section else { return nil }
        if annotations.failsOnUnknownSyscall, let name = SeccompCompiler.unknownName(in: section) {
            throw .unsupported("there is no system call \"\(name)\"")
        }
        return try cache.program(for: section)
    }

    private static func personality(_ given: RuntimeSpec.Linux.Personality) throws(RuntimeError) -> UInt? {
        if let flag = given.flags?.first {
            throw RuntimeError(.unsupported, "linux.personality.flags has \"\(flag)\": no flags are supported")
        }
        switch given.domain {
        case nil, "": return nil
        case "LINUX": return 0
        case "LINUX32": return 8
        case .some(let other):
            throw RuntimeError(.invalidConfiguration, "linux.personality.domain \"\(other)\" is not known")
        }
    }
}
