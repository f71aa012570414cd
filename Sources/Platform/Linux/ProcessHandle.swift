import CLinux
import Glibc

/// A process held by a pidfd: a signal can never hit another process that got its number.
public struct ProcessHandle: ~Copyable, Sendable {
    public let pid: pid_t
    public let descriptor: Descriptor

    /// pidfd_open(2). The caller makes sure that `pid` is still whom it means: check `startTime` after opening.
    public init(pid: pid_t) throws(SystemError) {
        self.pid = pid
        descriptor = Descriptor(owning: try retrying("pidfd_open", "pid \(pid)") { clinux_pidfd_open(pid, 0) })
    }

    public init(pid: pid_t, owning descriptor: consuming Descriptor) {
        self.pid = pid
        self.descriptor = descriptor
    }

    /// pidfd_send_signal(2). ESRCH where the process has ended.
    public borrowing func signal(_ signal: Int32) throws(SystemError) {
        let number = descriptor.rawValue
        let pid = pid
        try retrying("pidfd_send_signal", "pid \(pid)") { clinux_pidfd_send_signal(number, signal) }
    }

    /// Waits for a child of ours to end and reaps it; nil with `block: false` while it runs.
    public borrowing func wait(block: Bool = true) throws(SystemError) -> ExitStatus? {
        let number = descriptor.rawValue
        var pid: pid_t = 0
        var code: Int32 = 0
        var status: Int32 = 0
        // 4: WEXITED.
        try retrying("waitid", "pidfd \(number)") {
            clinux_waitid(CLINUX_P_PIDFD, number, 4 | (block ? 0 : WNOHANG), &pid, &code, &status)
        }
        return pid == 0 ? nil : ExitStatus(waitCode: code, status: status)
    }

    /// Whether the process has begun to end, or has ended. The first process of a pid namespace is in that state while the
    /// kernel ends all others of it, and from then on no process can be made there (pid_namespaces(7)).
    public borrowing func isEnding() throws(SystemError) -> Bool {
        let fields = Self.statistics(of: pid)
        // While its pidfd can be signalled the number is nobody else's: what has been read is of this process.
        do throws(SystemError) { try signal(0) } catch  where error.errno == ESRCH { return true }
        // PF_EXITING of the kernel's sched.h, in field 9 of /proc/<pid>/stat.
        guard let fields, fields.count > 6, let flags = UInt64(fields[6]) else { return true }
        return flags & 0x4 != 0
    }

    /// When a process began, in clock ticks since boot (field 22 of /proc/<pid>/stat): with the pid it names a process
    /// for good. Nil where there is no such process.
    public static func startTime(of pid: pid_t) -> UInt64? {
        guard let fields = statistics(of: pid), fields.count > 19 else { return nil }
        // A zombie has ended for everybody but its parent.
        if fields[0].first == "Z" { return nil }
        return UInt64(fields[19])
    }

    /// The fields of /proc/<pid>/stat from the third, the state, on. Nil where there is no such process.
    private static func statistics(of pid: pid_t) -> [Substring]? {
        // A process that ended between two looks is an ordinary answer here, not a fault.
        guard let text = try? FileSystem.readText("/proc/\(pid)/stat") else { return nil }
        // The command in parentheses may hold spaces and parentheses: count from the last one.
        guard let end = text.lastIndex(of: ")") else { return nil }
        return text[text.index(after: end)...].split(separator: " ")
    }
}

/// How a process ended.
public enum ExitStatus: Sendable, Hashable {
    case exited(Int32)
    case signaled(Int32)

    init(waitCode: Int32, status: Int32) {
        // CLD_EXITED is 1; CLD_KILLED and CLD_DUMPED carry a signal.
        self = waitCode == 1 ? .exited(status) : .signaled(status)
    }

    /// The shell's number: the exit code, or 128 and the signal.
    public var code: Int32 {
        switch self {
        case .exited(let code): code
        case .signaled(let signal): 128 + signal
        }
    }
}
