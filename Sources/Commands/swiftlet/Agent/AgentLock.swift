import Glibc
import Linux

/// Keeps two agents, or an agent and a reset, from working on one run root.
struct AgentLock: ~Copyable {
    private let descriptor: Descriptor

    /// flock(2) without waiting; the kernel takes the lock back when the process ends, however it ends.
    init(path: String) throws {
        descriptor = try AgentLock.take(path)
    }

    private static func take(_ path: String) throws -> Descriptor {
        let file = try Descriptor.open(path, O_RDWR | O_CREAT, mode: 0o600)
        if flock(file.rawValue, LOCK_EX | LOCK_NB) == -1 {
            let code = errno
            guard code == EWOULDBLOCK else { throw SystemError(call: "flock", errno: code, subject: path) }
            throw AgentRuns(holder: (try? FileSystem.readText(path)) ?? "")  // the pid is for the message only
        }
        try retrying("ftruncate", path) { ftruncate(file.rawValue, 0) }
        try file.writeAll(Array("\(getpid())\n".utf8))
        return file
    }
}

/// Another agent holds the run root.
struct AgentRuns: Error, CustomStringConvertible {
    var holder: String

    var description: String {
        "an agent is running on this run root" + (holder.isEmpty ? "" : " (pid \(holder))")
    }
}
