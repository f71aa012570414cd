import Glibc
import Linux

/// A container that this agent knows: its monitor and, once there is one, its first process.
final class TrackedContainer: Sendable {
    let id: String
    let directory: String
    let monitor: ProcessReference
    /// Nil before the container runs, and where it had ended when it was looked at.
    let process: ProcessReference?

    init(id: String, directory: String, monitor: ProcessReference, process: ProcessReference?) {
        self.id = id
        self.directory = directory
        self.monitor = monitor
        self.process = process
    }

    /// The same with the first process that the record names.
    func with(_ record: StatusFile) throws(SystemError) -> TrackedContainer {
        let process = try ProcessName(pid: record.pid, startTime: record.startTime).open()
        return TrackedContainer(id: id, directory: directory, monitor: monitor, process: process)
    }

    /// What callers see of it.
    func running(_ record: StatusFile) -> ContainerProcess {
        // No file: no warnings. They are for people, and not worth failing for.
        let warnings = (try? FileSystem.readText("\(directory)/warnings"))?.split(separator: "\n") ?? []
        return ContainerProcess(
            pid: record.pid,
            startedAt: record.started ?? .now,
            monitorPid: monitor.handle.pid,
            warnings: warnings.map(String.init)
        )
    }
}
