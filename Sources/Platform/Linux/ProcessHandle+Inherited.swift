import Glibc

extension ProcessHandle {
    /// What a descriptor of anybody's making stands for.
    public enum Subject: Sendable, Hashable {
        case process(pid_t)
        /// A process that has ended and whose parent has taken notice.
        case gone
    }

    /// The process of a pidfd; nil where the descriptor is no pidfd. (`Pid:` of proc(5), fdinfo.)
    public static func subject(of descriptor: Int32) throws(SystemError) -> Subject? {
        for line in try FileSystem.readText("/proc/self/fdinfo/\(descriptor)").split(separator: "\n")
        where line.hasPrefix("Pid:") {
            guard let pid = pid_t(line.dropFirst(4).drop { $0 == "\t" || $0 == " " }) else { return nil }
            return pid > 0 ? .process(pid) : .gone
        }
        return nil
    }

    /// Whether the process has ended, be it reaped or not.
    public borrowing func hasEnded() throws(SystemError) -> Bool {
        var wanted = pollfd(fd: descriptor.rawValue, events: Int16(POLLIN), revents: 0)
        return try retrying("poll", "pid \(pid)") { poll(&wanted, 1, 0) } > 0
    }
}
