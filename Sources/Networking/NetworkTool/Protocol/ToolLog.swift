import Glibc

/// What is worth knowing beside the answer, on standard error: `[WARN  netavark::module] text`.
///
/// How much of it, RUST_LOG says (`warn`, `netavark=info`, …), because podman sets that; without it only errors.
enum ToolLog {
    enum Level: Int, Comparable {
        case error
        case warn
        case info
        case debug
        case trace

        static func < (a: Level, b: Level) -> Bool { a.rawValue < b.rawValue }

        var name: String {
            switch self {
            case .error: "ERROR"
            case .warn: "WARN "
            case .info: "INFO "
            case .debug: "DEBUG"
            case .trace: "TRACE"
            }
        }

        init?(_ text: Substring) {
            switch text.lowercased() {
            case "off": return nil
            case "error": self = .error
            case "warn": self = .warn
            case "info": self = .info
            case "debug": self = .debug
            case "trace": self = .trace
            default: return nil
            }
        }
    }

    /// The level that a directive of RUST_LOG sets for this program.
    static func level(_ directives: String) -> Level {
        var level = Level.error
        for directive in directives.split(separator: ",") {
            let parts = directive.split(separator: "=", maxSplits: 1)
            if parts.count == 2 {
                if parts[0] == "netavark" || parts[0].hasPrefix("netavark::") { level = Level(parts[1]) ?? level }
            } else if let part = parts.first {
                level = Level(part) ?? level
            }
        }
        return level
    }

    private static let level = level(getenv("RUST_LOG").map { String(cString: $0) } ?? "")

    static func write(_ level: Level, _ module: String, _ text: @autoclosure () -> String) {
        guard level <= Self.level else { return }
        let line = Array("[\(level.name) \(module)] \(text())\n".utf8)
        // Where nobody listens there is no one to tell.
        _ = Glibc.write(STDERR_FILENO, line, line.count)
    }

    static func warn(_ module: String, _ text: @autoclosure () -> String) { write(.warn, module, text()) }
    static func info(_ module: String, _ text: @autoclosure () -> String) { write(.info, module, text()) }
}
