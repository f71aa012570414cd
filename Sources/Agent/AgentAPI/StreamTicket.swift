/// The result of a call whose bytes do not travel in JSON: what opens the stream, once.
public struct StreamTicket: APIValue, Hashable {
    /// Random, 256 bits, base64url. Whoever has it and is who asked for it may open the stream: it is a secret.
    public var token: String
    /// The target of the HTTP request that becomes the stream: `/stream/<token>`.
    public var path: String
    /// What to put into that request's `Sec-WebSocket-Protocol`; `Upgrade: swiftlet-stream` is the other way.
    public var protocols: [String]
    /// When the token becomes void, RFC 3339.
    public var expires: String

    /// What stands before the token in `path`.
    public static let pathPrefix = "/stream/"
    /// What `Upgrade` says for plain frames.
    public static let upgrade = "swiftlet-stream"

    public init(token: String, path: String, protocols: [String], expires: String) {
        self.token = token
        self.path = path
        self.protocols = protocols
        self.expires = expires
    }

    public static let schema = Schema.named(
        "StreamTicket",
        .object([
            .required("token", .string, "Opens the stream once, for the same user and role. A secret."),
            .required("path", .string, "What a GET with `Upgrade: websocket` or `Upgrade: swiftlet-stream` asks for."),
            .required("protocols", .array(of: .string), "What `Sec-WebSocket-Protocol` may say."),
            .required("expires", .time, "When the token becomes void."),
        ])
    )
}
