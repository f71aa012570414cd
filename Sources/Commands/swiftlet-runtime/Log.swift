import Glibc
import JSONCoding
import Linux

/// Where messages go: stderr, and a file in the form that callers of runtimes parse.
struct Log: Sendable {
    var path: String?
    var isJSON = false
    var isDebug = false
    /// Whether our stderr belongs to a container as well.
    var sharesStreams = false

    /// `PATH`, or `file:PATH` as crun has it. Its other destinations are sockets of the machine's loggers.
    mutating func setDestination(_ text: String) throws(UsageError) {
        if let colon = text.firstIndex(of: ":"), !text[..<colon].contains("/"), text[..<colon] != "file" {
            throw UsageError("--log \(text): only files are served, as PATH or file:PATH")
        }
        path = text.hasPrefix("file:") ? String(text.dropFirst("file:".count)) : text
    }

    func fail(_ message: String) {
        Self.print(2, "swiftlet-runtime: \(message)")
        write("error", message)
    }

    /// A message for the file. Without a file, warnings go to stderr; where that is the container's as well it belongs to
    /// it, unless a person reads it.
    func write(_ level: String, _ message: String) {
        guard let path, !path.isEmpty else {
            if level != "error" && (isDebug || !sharesStreams || isatty(2) == 1) {
                Self.print(2, "swiftlet-runtime: \(level): \(message)")
            }
            return
        }
        let time = Timestamp.now.rfc3339Seconds
        let line: [UInt8]
        if isJSON {
            line = JSON.serialize(["level": JSONNode(level), "msg": JSONNode(message), "time": JSONNode(time)])
        } else {
            line = Array("time=\"\(time)\" level=\(level) msg=\(String(reflecting: message))".utf8)
        }
        do throws(SystemError) {
            let file = try Descriptor.open(path, O_WRONLY | O_CREAT | O_APPEND, mode: 0o644)
            try file.writeAll(line + [0x0A])
        } catch { Self.print(2, "swiftlet-runtime: \(error)") }
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
