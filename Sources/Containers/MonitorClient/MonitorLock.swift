import CLinux
import Glibc
import Linux

/// The file `monitor` of a run directory: tells whether a monitor lives, even one that has not said a word yet.
///
/// The agent locks it and gives the open file to the monitor that it starts. The lock lasts as long as any process has
/// that file open, so it outlives the agent and ends with the monitor. The monitor writes `<pid> <start time>` first of
/// all.
struct MonitorLock: ~Copyable {
    let descriptor: Descriptor

    static func path(in directory: String) -> String { "\(directory)/monitor" }

    /// Makes and locks it for a new monitor; nil where one lives.
    static func acquire(in directory: String) throws(SystemError) -> MonitorLock? {
        let file = try Descriptor.open(path(in: directory), O_RDWR | O_CREAT, mode: 0o600)
        guard try isFree(file) else { return nil }
        let number = file.rawValue
        try retrying("ftruncate", path(in: directory)) { ftruncate(number, 0) }
        return MonitorLock(descriptor: file)
    }

    /// Whether no living monitor has the file. Taking the lock is the way to ask.
    static func isFree(_ file: borrowing Descriptor) throws(SystemError) -> Bool {
        let number = file.rawValue
        if flock(number, LOCK_EX | LOCK_NB) == 0 { return true }
        let code = errno
        if code == EWOULDBLOCK { return false }
        throw SystemError(call: "flock", errno: code, subject: "monitor")
    }

    /// The monitor that wrote its name into the file; nil where none has, or where that one has ended.
    static func monitor(in directory: String) throws(SystemError) -> ProcessName? {
        let words = try FileSystem.readText(path(in: directory)).split(separator: " ")
        guard words.count == 2, let pid = pid_t(words[0]), let startTime = UInt64(words[1]) else { return nil }
        return ProcessName(pid: pid, startTime: startTime)
    }
}

/// A process that is named for good: the number alone may be given to another.
struct ProcessName: Sendable, Hashable {
    var pid: pid_t
    var startTime: UInt64

    /// Opens it; nil where it has ended.
    func open() throws(SystemError) -> ProcessReference? {
        do throws(SystemError) {
            let handle = try ProcessHandle(pid: pid)
            // Looked at after opening: from here on the handle cannot mean another process.
            guard ProcessHandle.startTime(of: pid) == startTime else { return nil }
            return ProcessReference(handle)
        } catch  where error.errno == ESRCH {
            return nil
        }
    }
}

/// A process handle that several owners share.
final class ProcessReference: Sendable {
    let handle: ProcessHandle

    init(_ handle: consuming ProcessHandle) {
        self.handle = handle
    }

    /// Suspends until the process has ended. Any number of tasks may wait.
    func waitUntilEnded() async throws(MonitorError) {
        // The event thread takes one waiter a descriptor.
        let copy = try system { () throws(SystemError) in try handle.descriptor.duplicate() }
        try await wait(for: copy.rawValue)
    }

    /// Takes the exit status of a child of ours; nil where it runs, is no child of ours, or was taken before.
    func reap() -> ExitStatus? {
        // ECHILD is the only failure here, and no answer.
        (try? handle.wait(block: false)) ?? nil
    }
}

/// Suspends until a descriptor is readable, or for so long.
func wait(for descriptor: Int32, atMost limit: Duration? = nil) async throws(MonitorError) {
    do {
        if let limit {
            _ = try await EventThread.shared.wait(for: .readable, on: descriptor, until: Monotonic.now.advanced(by: limit))
        } else {
            try await EventThread.shared.waitUntilReadable(descriptor)
        }
    } catch let error as SystemError {
        throw .system(error)
    } catch {
        throw .cancelled
    }
}
