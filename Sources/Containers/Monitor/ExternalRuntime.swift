import CLinux
import Glibc
import Linux

/// An OCI runtime that is a program with runc's command line.
struct ExternalRuntime: Sendable {
    let path: String
    let options: MonitorOptions

    /// Makes the container with our pipes as its standard streams, and gives the pid of its first process, which is
    /// our child from then on (the monitor is a subreaper).
    func create(_ streams: borrowing ContainerStreams, _ console: TerminalSocket?) throws(MonitorFailure) -> pid_t {
        let bundle = options.container.bundle
        let ownPidFile = options.places.pidFile.isEmpty
        let pidFile = ownPidFile ? "\(bundle)/.\(options.container.id).pid" : options.places.pidFile
        defer { if ownPidFile { _ = unlink(pidFile) } }
        // A leftover of an earlier container would be taken for the new one's.
        try during("create") { () throws(SystemError) in try FileSystem.removeFile(pidFile) }

        var arguments = globalArguments
        arguments += ["create", "--bundle", bundle, "--pid-file", pidFile]
        arguments += options.runtime.options
        if let console { arguments += ["--console-socket", console.path] }
        arguments.append(options.container.id)
        let status = try during("create") { () throws(SystemError) in
            try run(
                arguments,
                [
                    0: streams.containerInput.rawValue, 1: streams.containerOutput.rawValue,
                    2: streams.containerError.rawValue,
                ]
            )
        }
        guard status == .exited(0) else {
            throw MonitorFailure("create", failureText(status, streams.pendingError()))
        }
        let text = try during("create") { () throws(SystemError) in try FileSystem.readText(pidFile) }
        guard let pid = pid_t(text), pid > 0 else {
            throw MonitorFailure("create", "\(path) wrote \"\(text)\" as the container's pid")
        }
        return pid
    }

    /// Lets the container's own program begin.
    func start() throws(MonitorFailure) {
        try runCollecting(["start", options.container.id], step: "start")
    }

    /// Kills what is left of the container. It is on its way out: a failure means that nothing is left.
    func killAll() {
        _ = try? runCollecting(["kill", "--all", options.container.id, "KILL"], step: "kill")
    }

    /// Removes state and cgroup, with everything that still runs in there.
    func delete() throws(MonitorFailure) {
        try runCollecting(["delete", "--force", options.container.id], step: "delete")
    }

    private var globalArguments: [String] {
        (options.runtime.usesSystemdCgroup ? ["--systemd-cgroup"] : []) + options.runtime.arguments
    }

    private func run(_ arguments: [String], _ descriptors: [Int32: Int32]) throws(SystemError) -> ExitStatus {
        let process = try ChildProcess(executable: path, arguments: arguments).spawn(descriptors)
        guard let status = try process.wait() else {
            throw SystemError(call: "waitid", errno: ECHILD, subject: path)
        }
        return status
    }

    private func runCollecting(_ arguments: [String], step: String) throws(MonitorFailure) {
        // A pipe could fill while nobody reads; a file in memory cannot.
        let (status, text) = try during(step) { () throws(SystemError) -> (ExitStatus, String) in
            let messages = try Descriptor.memoryFile(named: "runtime-messages")
            let status = try run(globalArguments + arguments, [2: messages.rawValue])
            if status == .exited(0) { return (status, "") }
            try retrying("lseek") { lseek(messages.rawValue, 0, SEEK_SET) }
            return (status, trimmed(try messages.readToEnd()))
        }
        if status != .exited(0) { throw MonitorFailure(step, failureText(status, text)) }
    }

    private func failureText(_ status: ExitStatus, _ text: String) -> String {
        if !text.isEmpty { return text }
        switch status {
        case .exited(let code): return "\(path) ended with status \(code)"
        case .signaled(let signal): return "\(path) was killed by signal \(signal)"
        }
    }
}
