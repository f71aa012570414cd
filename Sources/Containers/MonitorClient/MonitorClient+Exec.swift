import Glibc
import JSONCoding
import Linux
import OCISpec

extension MonitorClient {
    /// Runs a program inside a running container and collects what it writes.
    ///
    /// It ends with the program: a background child that keeps the streams open is waited for during `drainTimeout`
    /// only. After `timeout`, or when the task is cancelled, the program is killed.
    public func exec(id: String, _ request: ExecRequest) async throws(MonitorError) -> ExecResult {
        let container = try tracked(id)
        let number = execCounter.add(1, ordering: .relaxed).newValue
        let base = "\(container.directory)/exec-\(getpid())-\(number)"
        let files = ExecFiles(process: "\(base).json", pid: "\(base).pid")
        defer { files.remove() }
        let session = try ExecSession(
            executable: try runtime(of: container.directory),
            arguments: [
                "--root", configuration.runtimeRoot, "exec", "--process", files.process, "--pid-file", files.pid, id,
            ],
            files: files,
            request: request
        )
        return try await session.run(request, container: id)
    }
}

/// The two files that the runtime needs for an exec.
struct ExecFiles: Sendable {
    let process: String
    let pid: String

    func write(_ spec: RuntimeSpec.Process) throws(MonitorError) {
        let bytes: [UInt8]
        do { bytes = try JSON.encode(spec) } catch {
            throw .badRecord(path: process, reason: "\(error)")
        }
        // The environment of a process may hold secrets.
        try system { () throws(SystemError) in try FileSystem.write(process, bytes, mode: 0o600) }
    }

    /// Best effort: they lie in the run directory, which goes as a whole.
    func remove() {
        _ = unlink(process)
        _ = unlink(pid)
    }
}
