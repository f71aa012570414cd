import CLinux
import Glibc

/// signalfd(2): signals that are read from a descriptor instead of interrupting the program.
public struct SignalDescriptor: ~Copyable, Sendable {
    public let descriptor: Descriptor

    /// Blocks the signals for the calling thread, from now on, and opens a non-blocking descriptor for them.
    public init(_ signals: [Int32]) throws(SystemError) {
        var set = sigset_t()
        sigemptyset(&set)
        for signal in signals { sigaddset(&set, signal) }
        try retrying("sigprocmask") { sigprocmask(SIG_BLOCK, &set, nil) }
        // SFD_NONBLOCK and SFD_CLOEXEC are O_NONBLOCK and O_CLOEXEC.
        descriptor = Descriptor(owning: try retrying("signalfd") { signalfd(-1, &set, O_NONBLOCK | O_CLOEXEC) })
    }

    /// The number of the next signal that came; nil where there is none.
    public borrowing func next() throws(SystemError) -> Int32? {
        var info = signalfd_siginfo()
        let number = descriptor.rawValue
        while true {
            if read(number, &info, MemoryLayout<signalfd_siginfo>.size) > 0 { return Int32(info.ssi_signo) }
            let code = errno
            if code == EAGAIN { return nil }
            if code != EINTR { throw SystemError(call: "read", errno: code, subject: "signalfd") }
        }
    }
}
