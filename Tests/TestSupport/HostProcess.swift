import Glibc
import Linux
import Synchronization

/// A program that goes on running in a test's host.
public final class HostProcess: Sendable {
    /// Its number outside the host.
    public let pid: pid_t
    /// The file that it writes to.
    public let log: String

    private let process: ProcessHandle
    /// Once it has been reaped.
    private let status = Mutex<ExitStatus?>(nil)

    init(_ process: consuming ProcessHandle, log: String) {
        pid = process.pid
        self.process = process
        self.log = log
    }

    public func signal(_ signal: Int32) throws {
        try process.signal(signal)
    }

    /// Blocks until it has ended, and reaps it; throws when the deadline comes first. May be called again.
    @discardableResult
    public func wait(_ duration: Duration = .seconds(30)) throws -> ExitStatus {
        if let status = status.withLock({ $0 }) { return status }
        var polled = pollfd(fd: process.descriptor.rawValue, events: Int16(POLLIN), revents: 0)
        let deadline = Deadline(in: duration)
        while poll(&polled, 1, deadline.milliseconds) <= 0 {
            if deadline.hasPassed { throw Command.TimedOut(command: "pid \(pid)", output: logText) }
        }
        guard let ended = try process.wait() else { preconditionFailure("waitid(2) blocks until the end") }
        status.withLock { $0 = ended }
        return ended
    }

    /// Blocks until it has written a text.
    public func waitForOutput(_ text: String, _ duration: Duration = .seconds(30)) throws {
        let changes = try Inotify()
        _ = try changes.watch(log, .modify)
        let deadline = Deadline(in: duration)
        while !logText.contains(text) {
            var polled = pollfd(fd: changes.descriptor.rawValue, events: Int16(POLLIN), revents: 0)
            guard poll(&polled, 1, deadline.milliseconds) > 0 else {
                throw Command.TimedOut(command: "waiting for \"\(text)\" of pid \(pid)", output: logText)
            }
            _ = try changes.read()
        }
    }

    public var isRunning: Bool { ProcessHandle.startTime(of: pid) != nil }

    /// What it has written so far.
    public var logText: String { (try? FileSystem.readText(log)) ?? "" }
}
