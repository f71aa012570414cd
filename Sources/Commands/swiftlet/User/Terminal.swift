import AgentAPI
import AgentClient
import ArgumentParser
import Glibc

/// Standard output, standard error, and what they are.
enum Terminal {
    /// Results. Written at once, so that a pipe sees each event when it comes.
    static func write(_ text: String) {
        write(Array(text.utf8), to: STDOUT_FILENO)
    }

    static func write(_ bytes: [UInt8]) {
        write(bytes, to: STDOUT_FILENO)
    }

    /// Messages, progress, errors.
    static func writeError(_ text: String) {
        write(Array(text.utf8), to: STDERR_FILENO)
    }

    static func writeError(_ bytes: [UInt8]) {
        write(bytes, to: STDERR_FILENO)
    }

    /// The width of the terminal that standard error is; nil where it is none or cannot be drawn on.
    static var errorColumns: Int? {
        guard isatty(STDERR_FILENO) == 1, getenv("TERM").map({ String(cString: $0) }) != "dumb" else { return nil }
        var size = winsize()
        guard ioctl(STDERR_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return 80 }
        return Int(size.ws_col)
    }

    /// Whether results may be coloured: on a terminal that can, unless NO_COLOR says otherwise; everywhere with CLICOLOR_FORCE.
    static func showsColours(unless isRefused: Bool) -> Bool {
        func variable(_ name: String) -> String { getenv(name).map { String(cString: $0) } ?? "" }
        if isRefused || !variable("NO_COLOR").isEmpty { return false }
        let force = variable("CLICOLOR_FORCE")
        if !force.isEmpty && force != "0" { return true }
        return isatty(STDOUT_FILENO) == 1 && variable("TERM") != "dumb"
    }

    private static func write(_ bytes: [UInt8], to descriptor: Int32) {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if count >= 0 {
                rest = rest.dropFirst(count)
            } else if errno != EINTR {
                // Nobody reads any more: there is nobody to tell either.
                exit(errno == EPIPE ? 0 : 1)
            }
        }
    }

    /// Runs a command's work; a fault is told on standard error and becomes the exit status of its code.
    static func reporting<Value>(
        exitStatus: (Fault) -> Int32 = { $0.code.exitStatus },
        _ work: () throws -> Value
    ) throws -> Value {
        do {
            return try work()
        } catch let fault as Fault {
            writeError(FaultText.text(of: fault))
            throw ExitCode(exitStatus(fault))
        }
    }
}
