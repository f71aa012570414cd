import Glibc

/// Signals by the names that images use.
package enum StopSignal {
    /// `SIGQUIT`, `quit`, `3`, `SIGRTMIN+3`; nil for what is no signal.
    package static func number(_ text: String) -> Int32? {
        var name = Substring(text.uppercased())
        if let number = Int32(name) { return (1...64).contains(number) ? number : nil }
        if name.hasPrefix("SIG") { name = name.dropFirst(3) }
        if let number = names[String(name)] { return number }
        // The C library keeps 32 and 33 for itself: signal(7).
        if name.hasPrefix("RTMIN"), let offset = offset(name.dropFirst(5)), (0...30).contains(offset) {
            return 34 + offset
        }
        if name.hasPrefix("RTMAX"), let offset = offset(name.dropFirst(5)), (-30...0).contains(offset) {
            return 64 + offset
        }
        return nil
    }

    private static func offset(_ text: Substring) -> Int32? { text.isEmpty ? 0 : Int32(text) }

    private static let names: [String: Int32] = [
        "HUP": SIGHUP, "INT": SIGINT, "QUIT": SIGQUIT, "ILL": SIGILL, "TRAP": SIGTRAP, "ABRT": SIGABRT, "IOT": SIGABRT,
        "BUS": SIGBUS, "FPE": SIGFPE, "KILL": SIGKILL, "USR1": SIGUSR1, "SEGV": SIGSEGV, "USR2": SIGUSR2,
        "PIPE": SIGPIPE, "ALRM": SIGALRM, "TERM": SIGTERM, "STKFLT": 16, "CHLD": SIGCHLD, "CLD": SIGCHLD, "CONT": SIGCONT,
        "STOP": SIGSTOP, "TSTP": SIGTSTP, "TTIN": SIGTTIN, "TTOU": SIGTTOU, "URG": SIGURG, "XCPU": SIGXCPU,
        "XFSZ": SIGXFSZ, "VTALRM": SIGVTALRM, "PROF": SIGPROF, "WINCH": SIGWINCH, "IO": 29, "POLL": 29, "PWR": 30,
        "SYS": SIGSYS,
    ]
}
