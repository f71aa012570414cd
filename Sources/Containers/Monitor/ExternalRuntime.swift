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
        try during(step) { () throws(SystemError) in try FileSystem.removeFile(pidFile) }

        var arguments = globalArguments
        if let exec = options.runtime.exec {
            arguments += ["exec", "--pid-file", pidFile, "--process", exec.processSpec, "--detach"]
        } else {
            arguments += [options.runtime.checkpoint == nil ? "create" : "restore", "--bundle", bundle, "--pid-file", pidFile]
            arguments += options.runtime.switches
            // What is restored runs at once: without a terminal of its own the runtime would wait for its end.
            if let checkpoint = options.runtime.checkpoint {
                arguments += ["--detach", "--image-path", checkpoint, "--work-path", bundle]
            }
        }
        arguments += options.runtime.options
        if let console { arguments += ["--console-socket", console.path] }
        arguments.append(options.container.id)
        let status = try during(step) { () throws(SystemError) in
            let descriptors: [Int32: Int32] = [
                0: streams.containerInput.rawValue, 1: streams.containerOutput.rawValue, 2: streams.containerError.rawValue,
            ]
            guard let sockets = ListenSockets(options.runtime) else { return try run(arguments, descriptors) }
            return try sockets.run(path, arguments, descriptors)
        }
        guard status == .exited(0) else {
            throw MonitorFailure(step, failureText(status, streams.pendingError()))
        }
        let text = try during(step) { () throws(SystemError) in try FileSystem.readText(pidFile) }
        guard let pid = pid_t(text), pid > 0 else {
            throw MonitorFailure(step, "\(path) wrote \"\(text)\" as the container's pid")
        }
        return pid
    }

    private var step: String { options.runtime.exec == nil ? "create" : "exec" }

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
        try ChildProcess(executable: path, arguments: arguments).runToEnd(descriptors)
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

extension ChildProcess {
    /// Starts the program and waits for its end.
    func runToEnd(_ descriptors: [Int32: Int32]) throws(SystemError) -> ExitStatus {
        guard let status = try spawn(descriptors).wait() else {
            throw SystemError(call: "waitid", errno: ECHILD, subject: executable)
        }
        return status
    }
}
