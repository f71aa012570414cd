import Glibc
import Linux

/// Keeps two agents, or an agent and a reset, from working on one run root.
struct AgentLock: ~Copyable {
    private let descriptor: Descriptor

    /// How long the lock may still be held by nobody: a child that an agent was just starting when it was killed has its open files
    /// until it has become another program.
    private static let patience = Duration.seconds(1)

    /// flock(2); the kernel takes the lock back when the process ends, however it ends.
    init(path: String) throws {
        descriptor = try AgentLock.take(path)
    }

    private static func take(_ path: String) throws -> Descriptor {
        let file = try Descriptor.open(path, O_RDWR | O_CREAT, mode: 0o600)
        let begun = Monotonic.now
        while flock(file.rawValue, LOCK_EX | LOCK_NB) == -1 {
            let code = errno
            if code == EINTR { continue }
            guard code == EWOULDBLOCK else { throw SystemError(call: "flock", errno: code, subject: path) }
            guard Monotonic.now.since(begun) < patience else {
                throw AgentRuns(holder: (try? FileSystem.readText(path)) ?? "")  // the pid is for the message only
            }
            // There is no event for it.
            _ = poll(nil, 0, 10)
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
