import Glibc
import Linux
import TestSupport

/// Blocks until a log has an entry with this text at its end.
func waitForEntry(_ text: String, in path: String) throws {
    let changes = try Inotify()
    // The folder: the log may not be there yet.
    _ = try changes.watch(FileSystem.split(path).directory, [.create, .modify, .movedTo])
    let deadline = Deadline(in: .seconds(30))
    while true {
        let log = FileSystem.exists(path) ? String(decoding: try FileSystem.read(path), as: UTF8.self) : ""
        if log.split(separator: "\n").contains(where: { $0.hasSuffix(text) }) { return }
        if deadline.hasPassed { throw TooLate(waitingFor: text, log: log) }
        var wanted = pollfd(fd: changes.descriptor.rawValue, events: Int16(POLLIN), revents: 0)
        _ = poll(&wanted, 1, deadline.milliseconds)
        _ = try changes.read()
    }
}

/// Blocks until there is something at a path.
func waitForFile(_ path: String) throws {
    let changes = try Inotify()
    _ = try changes.watch(FileSystem.split(path).directory, [.create, .movedTo])
    let deadline = Deadline(in: .seconds(30))
    while !FileSystem.exists(path) {
        if deadline.hasPassed { throw TooLate(waitingFor: path, log: "") }
        var wanted = pollfd(fd: changes.descriptor.rawValue, events: Int16(POLLIN), revents: 0)
        _ = poll(&wanted, 1, deadline.milliseconds)
        _ = try changes.read()
    }
}
