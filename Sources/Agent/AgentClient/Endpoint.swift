import AgentAPI

/// Where an agent listens: `unix:///run/swiftlet/swiftlet.sock`, or the path alone.
public struct Endpoint: Sendable, Hashable, CustomStringConvertible {
    public var path: String

    /// The agent's usual place.
    public static let standard = Endpoint(path: "/run/swiftlet/swiftlet.sock")

    public init(path: String) {
        self.path = path
    }

    /// Reads what `--host` and `SWIFTLET_HOST` may say.
    public init(parsing text: String) throws(Fault) {
        if text.hasPrefix("unix://") {
            path = String(text.dropFirst("unix://".count))
        } else if text.contains("://") {
            throw Fault(
                .unsupported,
                "\"\(text)\": only unix:// is served",
                hint:
                    "for another machine, forward its socket: ssh -L /tmp/swiftlet.sock:/run/swiftlet/swiftlet.sock HOST"
            )
        } else {
            path = text
        }
        guard path.hasPrefix("/") else { throw Fault(.invalid, "\"\(text)\": the socket's path must be absolute") }
    }

    public var description: String { "unix://\(path)" }
}
