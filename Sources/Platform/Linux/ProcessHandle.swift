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

    /// When a process began, in clock ticks since boot (field 22 of /proc/<pid>/stat): with the pid it names a process
    /// for good. Nil where there is no such process.
    public static func startTime(of pid: pid_t) -> UInt64? {
        // A process that ended between two looks is an ordinary answer here, not a fault.
        guard let bytes = try? FileSystem.read("/proc/\(pid)/stat") else { return nil }
        // The command in parentheses may hold spaces and parentheses: count from the last one.
        guard let end = bytes.lastIndex(of: UInt8(ascii: ")")) else { return nil }
        let fields = bytes[(end + 1)...].split(separator: UInt8(ascii: " "))
        guard fields.count > 19 else { return nil }
        // A zombie has ended for everybody but its parent.
        if fields[0].first == UInt8(ascii: "Z") { return nil }
        return UInt64(String(decoding: fields[19], as: UTF8.self))
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
