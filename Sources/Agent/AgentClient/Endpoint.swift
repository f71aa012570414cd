import AgentAPI

/// Where an agent listens: `unix:///run/swiftlet/swiftlet.sock`, the path alone, or `tcp://host:port`.
public enum Endpoint: Sendable, Hashable, CustomStringConvertible {
    case unix(path: String)
    /// The host without brackets. A connection there needs certificates.
    case tcp(host: String, port: Int)

    /// The agent's usual place.
    public static let standard = Endpoint.unix(path: "/run/swiftlet/swiftlet.sock")

    public init(path: String) {
        self = .unix(path: path)
    }

    /// Reads what `--host` and `SWIFTLET_HOST` may say.
    public init(parsing text: String) throws(Fault) {
        if text.hasPrefix("tcp://") {
            self = try Self.tcp(text)
        } else if text.hasPrefix("unix://") {
            self = .unix(path: try Self.absolute(text.dropFirst("unix://".count), in: text))
        } else if text.contains("://") {
            throw Fault(
                .unsupported,
                "\"\(text)\": only unix:// and tcp:// are served",
                hint:
                    "for another machine, forward its socket: ssh -L /tmp/swiftlet.sock:/run/swiftlet/swiftlet.sock HOST"
            )
        } else {
            self = .unix(path: try Self.absolute(text[...], in: text))
        }
    }

    private static func absolute(_ path: Substring, in text: String) throws(Fault) -> String {
        guard path.hasPrefix("/") else { throw Fault(.invalid, "\"\(text)\": the socket's path must be absolute") }
        return String(path)
    }

    private static func tcp(_ text: String) throws(Fault) -> Endpoint {
        let rest = text.dropFirst("tcp://".count)
        let wrong = Fault(.invalid, "\"\(text)\" is no address such as tcp://node.example:7443")
        guard let colon = rest.lastIndex(of: ":"), let port = UInt16(rest[rest.index(after: colon)...]), port > 0 else {
            throw wrong
        }
        var host = rest[..<colon]
        if host.hasPrefix("["), host.hasSuffix("]") { host = host.dropFirst().dropLast() }
        guard !host.isEmpty, !host.contains(where: { "/@[] ".contains($0) }) else { throw wrong }
        return .tcp(host: String(host), port: Int(port))
    }

    /// What `Host` says in a request there: a server on TCP goes by its names.
    var host: String {
        switch self {
        case .unix: "swiftlet"
        case .tcp(let host, let port): host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)"
        }
    }

    public var description: String {
        switch self {
        case .unix(let path): "unix://\(path)"
        case .tcp: "tcp://\(host)"
        }
    }
}
