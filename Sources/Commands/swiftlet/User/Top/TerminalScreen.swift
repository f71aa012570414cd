import AgentAPI
import AgentClient
import Glibc
import Linux

/// A terminal that is drawn on as a whole: raw mode and the alternate screen, given back as they were at any end.
///
/// One at a time in a process. Signals that end the process, and SIGWINCH, come through a pipe (`wakeups`), so that whoever
/// waits for keys is woken by them and ends in good order.
final class TerminalScreen {
    /// Whether there is one: standard input and output, and a terminal that can be drawn on.
    static var isUsable: Bool {
        isatty(STDIN_FILENO) == 1 && isatty(STDOUT_FILENO) == 1 && environment("TERM") != "dumb"
    }

    private static func environment(_ name: String) -> String? { getenv(name).map { String(cString: $0) } }

    private var saved = termios()
    private var shown: [TopPicture.Line] = []
    private var isOpen = false
    /// https://no-color.org: any value that is not empty.
    private let hasColor = TerminalScreen.environment("NO_COLOR").map(\.isEmpty) ?? true
    /// Gives the numbers of signals that came, a byte each.
    let wakeups: Descriptor

    init() throws(SystemError) {
        let ends = try Descriptor.pipe(flags: O_NONBLOCK)
        wakeupPipe = try ends.write.duplicate().release()
        wakeups = try ends.read.duplicate()
        try retrying("tcgetattr") { tcgetattr(STDIN_FILENO, &saved) }
        for number in [SIGWINCH, SIGTERM, SIGHUP, SIGINT] {
            signal(number) { number in
                // All that a handler may do; a full pipe wakes its reader anyway.
                var byte = UInt8(truncatingIfNeeded: number)
                write(wakeupPipe, &byte, 1)
            }
        }
        try open()
    }

    deinit {
        close()
        for number in [SIGWINCH, SIGTERM, SIGHUP, SIGINT] { signal(number, SIG_DFL) }
        _ = Glibc.close(wakeupPipe)
        wakeupPipe = -1
    }

    /// Takes the terminal, at the beginning and after `close`.
    func open() throws(SystemError) {
        guard !isOpen else { return }
        var raw = saved
        cfmakeraw(&raw)
        try retrying("tcsetattr") { tcsetattr(STDIN_FILENO, TCSAFLUSH, &raw) }
        isOpen = true
        shown = []
        // Alternate screen, cursor away, nothing on it.
        Terminal.write("\u{1B}[?1049h\u{1B}[?25l\u{1B}[2J")
    }

    /// Gives the terminal back as it was.
    func close() {
        guard isOpen else { return }
        isOpen = false
        Terminal.write("\u{1B}[0m\u{1B}[?25h\u{1B}[?1049l")
        // A terminal that has gone needs nothing given back.
        tcsetattr(STDIN_FILENO, TCSAFLUSH, &saved)
    }

    /// Columns and lines.
    var size: (width: Int, height: Int) {
        var size = winsize()
        guard ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0, size.ws_row > 0 else { return (80, 24) }
        return (Int(size.ws_col), Int(size.ws_row))
    }

    /// Draws what is another line than before: no flicker, and little to send.
    func draw(_ picture: TopPicture) {
        var text = ""
        for (index, line) in picture.lines.enumerated() where index >= shown.count || shown[index] != line {
            text += "\u{1B}[\(index + 1);1H\u{1B}[0m\(style(line.style))\(line.text)\u{1B}[0m\u{1B}[K"
        }
        if picture.lines.count < shown.count { text += "\u{1B}[\(picture.lines.count + 1);1H\u{1B}[J" }
        shown = picture.lines
        if !text.isEmpty { Terminal.write(text) }
    }

    /// Everything is drawn anew the next time: the terminal has another size.
    func forget() {
        shown = []
        Terminal.write("\u{1B}[2J")
    }

    private func style(_ style: TopPicture.Style) -> String {
        switch style {
        case .plain: ""
        case .heading: "\u{1B}[1m"
        case .chosen: "\u{1B}[7m"
        case .faint: hasColor ? "\u{1B}[36m" : ""
        case .alarm: hasColor ? "\u{1B}[1;31m" : "\u{1B}[1m"
        }
    }
}

/// Where the signal handler writes; one screen at a time, set before handlers are.
nonisolated(unsafe) private var wakeupPipe: Int32 = -1
