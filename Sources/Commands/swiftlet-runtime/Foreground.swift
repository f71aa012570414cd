import CLinux
import ContainerRuntime
import Glibc
import Linux

/// Waits for a process in the caller's place: signals that we get are the process's.
enum Foreground {
    static func wait(for process: borrowing ProcessHandle, terminal: TerminalProxy?) throws -> Int32 {
        var forwarded = sigset_t()
        sigemptyset(&forwarded)
        for number in [SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGUSR1, SIGUSR2, SIGCONT, SIGWINCH] {
            sigaddset(&forwarded, number)
        }
        sigprocmask(SIG_BLOCK, &forwarded, nil)
        let number = signalfd(-1, &forwarded, Int32(SFD_CLOEXEC) | Int32(SFD_NONBLOCK))
        if number == -1 { throw SystemError.last("signalfd") }
        let signals = Descriptor(owning: number)
        let terminal = try terminal?.begin() == true ? terminal : nil
        ProgramPages.release()
        defer { terminal?.end() }
        while true {
            var interests = [
                pollfd(fd: process.descriptor.rawValue, events: Int16(POLLIN), revents: 0),
                pollfd(fd: signals.rawValue, events: Int16(POLLIN), revents: 0),
            ]
            if let terminal { interests += terminal.interests }
            if poll(&interests, nfds_t(interests.count), -1) == -1 {
                if errno == EINTR { continue }
                throw SystemError.last("poll")
            }
            if interests[1].revents != 0 { forward(signals, to: process, terminal: terminal) }
            terminal?.copy(Array(interests.dropFirst(2)))
            if interests[0].revents != 0, let status = try process.wait(block: false) {
                terminal?.drain()
                return status.code
            }
        }
    }

    private static func forward(
        _ signals: borrowing Descriptor,
        to process: borrowing ProcessHandle,
        terminal: TerminalProxy?
    ) {
        var information = signalfd_siginfo()
        let size = MemoryLayout<signalfd_siginfo>.size
        while Glibc.read(signals.rawValue, &information, size) == size {
            let number = Int32(information.ssi_signo)
            if number == SIGWINCH, let terminal {
                terminal.resize()
            } else {
                // It may have just ended; its status follows.
                try? process.signal(number)
            }
        }
    }
}
