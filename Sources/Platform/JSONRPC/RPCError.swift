import JSONCoding

/// The error member of a response.
public struct RPCError: Error, Sendable, Hashable, CustomStringConvertible {
    /// JSON-RPC's own codes are negative; an application's are positive (see `AgentAPI.Fault`).
    public var code: Int
    public var message: String
    /// What the application adds, as a tree.
    public var data: JSONNode?

    public init(code: Int, message: String, data: JSONNode? = nil) {
        self.code = code
        self.message = message
        self.data = data
    }

    public static let parseErrorCode = -32700
    public static let invalidRequestCode = -32600
    public static let methodNotFoundCode = -32601
    public static let invalidParametersCode = -32602
    public static let internalErrorCode = -32603

    /// The bytes are no JSON.
    public static func parseError(_ message: String) -> RPCError { RPCError(code: parseErrorCode, message: message) }

    /// The JSON is no request.
    public static func invalidRequest(_ message: String) -> RPCError {
        RPCError(code: invalidRequestCode, message: message)
    }

    /// Nobody serves this method.
    public static func methodNotFound(_ method: String) -> RPCError {
        RPCError(code: methodNotFoundCode, message: "no method \(RPCError.quoted(method))")
    }

    public var description: String { "\(message) (\(code))" }

    /// A caller's text for a message: quoted, of bounded length.
    static func quoted(_ text: String) -> String {
        text.count > 64 ? "\"\(text.prefix(64))…\"" : "\"\(text)\""
    }
}
