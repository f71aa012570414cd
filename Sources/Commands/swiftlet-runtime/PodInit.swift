import Glibc

/// The first process of a PID namespace that the containers of a pod share: takes in what they leave behind, and ends when it
/// is asked to, and everything in the namespace with it.
enum PodInit {
    static let command = "pod-init"

    static func run() -> Int32 {
        var signals = sigset_t()
        sigemptyset(&signals)
        for signal in [SIGCHLD, SIGTERM, SIGINT] { sigaddset(&signals, signal) }
        // Blocked, a signal is kept even for a first process, which the kernel spares those that it has no handler for.
        sigprocmask(SIG_BLOCK, &signals, nil)
        while true {
            // One signal may stand for many.
            while waitpid(-1, nil, WNOHANG) > 0 {}
            var received: Int32 = 0
            if sigwait(&signals, &received) == 0, received != SIGCHLD { return 0 }
        }
    }
}
