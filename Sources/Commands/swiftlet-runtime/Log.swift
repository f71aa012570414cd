import Glibc
import JSONCoding
import Linux

/// Where messages go: stderr, and a file in the form that callers of runtimes parse.
struct Log: Sendable {
    /// Where messages go besides stderr.
    private enum Destination {
        case file(path: String)
        case journal(identifier: String)
        case syslog(identifier: String)
    }

    private var destination: Destination?
    var isJSON = false
    var isDebug = false
    /// Whether our stderr belongs to a container as well.
    var sharesStreams = false

    /// `PATH` or, as crun has it, `file:PATH`, `journald:NAME` or `syslog:NAME`. An empty path is none.
    mutating func setDestination(_ text: String) throws(UsageError) {
        let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
        guard parts.count == 2, !parts[0].utf8.contains(UInt8(ascii: "/")) else {
            destination = text.isEmpty ? nil : .file(path: text)
            return
        }
        switch parts[0] {
        case "file": destination = .file(path: parts[1])
        case "journald": destination = .journal(identifier: parts[1])
        case "syslog": destination = .syslog(identifier: parts[1])
        case let other: throw UsageError("--log \(text): \"\(other)\" is not file, journald or syslog")
        }
    }

    func fail(_ message: String) {
        Self.print(2, "swiftlet-runtime: \(message)")
        write("error", message)
    }

    /// A message for the file. Without a file, warnings go to stderr; where that is the container's as well it belongs to
    /// it, unless a person reads it.
    func write(_ level: String, _ message: String) {
        guard let destination else {
            if level != "error" && (isDebug || !sharesStreams || isatty(2) == 1) {
                Self.print(2, "swiftlet-runtime: \(level): \(message)")
            }
            return
        }
        do throws(SystemError) {
            switch destination {
            case .file(let path):
                try Descriptor.open(path, O_WRONLY | O_CREAT | O_APPEND, mode: 0o644).writeAll(line(level, message))
            case .journal(let identifier): try LogSocket.sendToJournal(level, message, identifier: identifier)
            case .syslog(let identifier): try LogSocket.sendToSyslog(level, message, identifier: identifier)
            }
        } catch { Self.print(2, "swiftlet-runtime: \(error)") }
    }

    private func line(_ level: String, _ message: String) -> [UInt8] {
        let time = Timestamp.now.rfc3339Seconds
        if isJSON {
            return JSON.serialize(["level": JSONNode(level), "msg": JSONNode(message), "time": JSONNode(time)]) + [0x0A]
        }
        return Array("time=\"\(time)\" level=\(level) msg=\(String(reflecting: message))\n".utf8)
    }

    /// Writes a line to a standard stream. Nobody is left to tell that it is closed.
    static func print(_ stream: Int32, _ text: String) {
        let bytes = Array(text.utf8) + [0x0A]
        var rest = bytes[...]
        while !rest.isEmpty {
            let written = rest.withUnsafeBytes { Glibc.write(stream, $0.baseAddress, $0.count) }
            if written < 0 && errno != EINTR { return }
            if written > 0 { rest = rest.dropFirst(written) }
        }
    }
}
