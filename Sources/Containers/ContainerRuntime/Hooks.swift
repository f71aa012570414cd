import Glibc
import JSONCoding
import Linux
import OCISpec

/// Runs hooks, each with the container's state on its standard input.
struct Hooks {
    let state: RuntimeState
    /// Files of the host that take what hooks say (`run.oci.hooks.stdout`, `.stderr`).
    var output: String?
    var errors: String?

    init(state: RuntimeState) {
        self.state = state
        // Hooks run where the configuration was read before: it is known to be right.
        let annotations = try? CrunAnnotations(state.annotations)
        output = annotations?.hookOutput
        errors = annotations?.hookErrors
    }

    /// Runs a list in order; the first failure ends it.
    func run(_ hooks: [RuntimeSpec.Hook]?, _ kind: String) throws(RuntimeError) {
        guard let hooks, !hooks.isEmpty else { return }
        let input: [UInt8]
        do { input = try JSON.encode(state) } catch {
            throw RuntimeError(.failed, "encode the state for a hook: \(error)")
        }
        for hook in hooks {
            let status = try step("run \(kind) hook \(hook.path)") { () throws(SystemError) in
                try run(hook, input: input)
            }
            if status != .exited(0) {
                throw RuntimeError(.failed, "\(kind) hook failed with exit code \(status.code): \(hook.path)")
            }
        }
    }

    private func run(_ hook: RuntimeSpec.Hook, input: [UInt8]) throws(SystemError) -> ExitStatus {
        guard hook.path.hasPrefix("/") else { throw SystemError(call: "exec", errno: EINVAL, subject: hook.path) }
        let file = try Descriptor.memoryFile(named: "state")
        try file.writeAll(input)
        lseek(file.rawValue, 0, SEEK_SET)
        let child = ChildProcess(
            executable: hook.path,
            arguments: Array((hook.args ?? [hook.path]).dropFirst()),
            // Without one of its own a hook has ours, as with the other runtimes.
            environment: hook.env,
            workingDirectory: nil
        )
        let out = try output.map { path throws(SystemError) in try Self.open(path) }
        let err = try errors.map { path throws(SystemError) in try Self.open(path) }
        defer {
            for number in [out, err].compactMap(\.self) { close(number) }
        }
        let process = try child.spawn([0: file.rawValue, 1: out ?? 2, 2: err ?? 2])
        if let timeout = hook.timeout, timeout > 0 {
            var interest = pollfd(fd: process.descriptor.rawValue, events: Int16(POLLIN), revents: 0)
            if poll(&interest, 1, Int32(clamping: timeout * 1000)) == 0 {
                try process.signal(SIGKILL)
                _ = try process.wait()
                throw SystemError(call: "hook", errno: ETIMEDOUT, subject: hook.path)
            }
        }
        return try process.wait() ?? .exited(-1)
    }

    private static func open(_ path: String) throws(SystemError) -> Int32 {
        try Descriptor.open(path, O_WRONLY | O_CREAT | O_APPEND, mode: 0o600).release()
    }
}
