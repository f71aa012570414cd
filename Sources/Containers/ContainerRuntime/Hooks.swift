import Glibc
import JSONCoding
import Linux
import OCISpec

/// Runs hooks, each with the container's state on its standard input.
struct Hooks {
    let state: RuntimeState

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
                throw RuntimeError(.failed, "\(kind) hook \(hook.path) ended with \(status.code)")
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
            // The specification gives hooks their own environment, and nothing of ours.
            environment: hook.env ?? []
        )
        let process = try child.spawn([0: file.rawValue, 1: 2, 2: 2])
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
}
