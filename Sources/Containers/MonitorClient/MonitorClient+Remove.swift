import Glibc
import Linux

extension MonitorClient {
    /// How long a monitor may take to close its books after its container was killed. It needs two seconds where
    /// processes in the kernel's grip hold the pipes.
    private static let monitorGrace = Duration.seconds(4)

    /// Kills the container and its monitor, and removes the cgroup and the runtime's state. What is not there is no
    /// error. The run directory with `status.json` and the log stay: they are the caller's.
    public func remove(id: String, directory: String) async throws(MonitorError) {
        let record = try StatusFile.read(directory)
        var process: ProcessReference?
        if let record, record.pid > 0 {
            process = try system { () throws(SystemError) in
                try ProcessName(pid: record.pid, startTime: record.startTime).open()
            }
        }
        if let monitor = try findMonitor(id: id, directory: directory) {
            if process != nil || record?.exit != nil {
                // The container's end lets the monitor end by itself, with a record.
                kill(process)
                try await endsSoon(monitor)
            } else {
                // It has no container yet, or none that is known: it must not make one any more.
                kill(monitor)
                try await monitor.waitUntilEnded()
            }
            _ = monitor.reap()
        }
        try await clean(id: id, directory: directory, process: process)
        forget(id)
    }

    /// Kills what is left of a container without a monitor, and has its runtime remove its state and cgroup.
    func clean(id: String, directory: String, process: ProcessReference?) async throws(MonitorError) {
        kill(process)
        // The runtime writes its state before it makes anything: no state, nothing to remove.
        guard FileSystem.exists("\(configuration.runtimeRoot)/\(id)") else { return }
        let (status, messages) = try await runRuntime(["delete", "--force", id], directory)
        if status != .exited(0) { throw .removeFailed(id: id, reason: messages.isEmpty ? "\(status)" : messages) }
    }

    private func findMonitor(id: String, directory: String) throws(MonitorError) -> ProcessReference? {
        // A child of ours keeps its number until we reap it, and may not have written its name yet.
        if let known = try? tracked(id) { return known.monitor }
        guard FileSystem.exists(MonitorLock.path(in: directory)) else { return nil }
        return try system { () throws(SystemError) in try MonitorLock.monitor(in: directory)?.open() }
    }

    func kill(_ process: ProcessReference?) {
        // ESRCH: it has ended, which is what is wanted. There is no other failure for root.
        if let process { try? process.handle.signal(SIGKILL) }
    }

    /// Waits for a monitor that has reason to end, and kills it when it does not.
    private func endsSoon(_ monitor: ProcessReference) async throws(MonitorError) {
        let hasEnded = await withTaskGroup(of: Bool.self) { group in
            group.addTask {
                do {
                    try await monitor.waitUntilEnded()
                    return true
                } catch {
                    return false
                }
            }
            group.addTask {
                // Cancelled when the monitor has ended first.
                try? await Task.sleep(for: MonitorClient.monitorGrace)
                return false
            }
            let first = await group.next() ?? false
            group.cancelAll()
            return first
        }
        if hasEnded { return }
        kill(monitor)
        try await monitor.waitUntilEnded()
    }

    /// The runtime that made the container of a run directory.
    func runtime(of directory: String) throws(MonitorError) -> String {
        do throws(SystemError) {
            return try FileSystem.readText(MonitorStart.runtimeFile(in: directory))
        } catch  where error.errno == ENOENT {
            return configuration.runtimeExecutable
        } catch {
            throw .system(error)
        }
    }

    /// Runs a verb of the runtime to its end; gives its status and what it said on standard error.
    private func runRuntime(
        _ arguments: [String],
        _ directory: String
    ) async throws(MonitorError) -> (ExitStatus, String) {
        let executable = try runtime(of: directory)
        let messages = try system { () throws(SystemError) in try Descriptor.memoryFile(named: "runtime-messages") }
        let process = try system { () throws(SystemError) in
            ProcessReference(
                try ChildProcess(
                    executable: executable,
                    arguments: ["--root", configuration.runtimeRoot] + arguments
                ).spawn([2: messages.rawValue])
            )
        }
        try await process.waitUntilEnded()
        let status = process.reap() ?? .exited(-1)
        let text = try system { () throws(SystemError) in try messages.textFromStart() }
        return (status, text)
    }
}

extension Descriptor {
    /// What a program wrote into a memory file.
    func textFromStart() throws(SystemError) -> String {
        let number = rawValue
        try retrying("lseek") { lseek(number, 0, SEEK_SET) }
        var bytes = try readToEnd(limit: 1 << 20)[...]
        while let last = bytes.last, last <= 0x20 { bytes = bytes.dropLast() }
        return String(decoding: bytes, as: UTF8.self)
    }
}
