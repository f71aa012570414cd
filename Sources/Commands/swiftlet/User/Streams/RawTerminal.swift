import AgentAPI
import Glibc

/// Our terminal in raw mode: each key goes to the container. As it was again when the last reference goes.
final class RawTerminal {
    private let saved: termios

    /// Nil where standard input is no terminal.
    init?() {
        var settings = termios()
        guard isatty(STDIN_FILENO) == 1, tcgetattr(STDIN_FILENO, &settings) == 0 else { return nil }
        saved = settings
        cfmakeraw(&settings)
        tcsetattr(STDIN_FILENO, TCSANOW, &settings)
    }

    deinit {
        restore()
    }

    func restore() {
        var saved = saved
        tcsetattr(STDIN_FILENO, TCSADRAIN, &saved)
    }

    /// The signals that would end us with the terminal as it is, and the one that says it has another size.
    static let signals = [SIGWINCH, SIGTERM, SIGHUP, SIGINT, SIGQUIT]

    static var size: TerminalSize? {
        var size = winsize()
        guard ioctl(STDIN_FILENO, UInt(TIOCGWINSZ), &size) == 0 else { return nil }
        return TerminalSize(width: Int(size.ws_col), height: Int(size.ws_row))
    }
}
