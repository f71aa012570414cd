import JSONCoding
import JSONRPC

/// The one error form at the agent's boundary: what failed, in a form for programs (`code`, `reason`) and for people
/// (`message`, `hint`).
public struct Fault: Error, Sendable, Hashable, CustomStringConvertible {
    public var code: Code
    /// One sentence without a period: `pod "web" not found in namespace "default"`.
    public var message: String
    /// A stable CamelCase token for scripts, as Kubernetes has them: `PodNotFound`, `ImagePullBackOff`.
    public var reason: String
    /// What the user can do about it.
    public var hint: String?
    /// Whether the same call may succeed later without anybody changing anything.
    public var retryable: Bool
    /// More for programs, a JSON object.
    public var details: JSONNode?

    public init(
        _ code: Code,
        _ message: String,
        reason: String? = nil,
        hint: String? = nil,
        details: JSONNode? = nil
    ) {
        self.code = code
        self.message = message
        self.reason = reason ?? code.defaultReason
        self.hint = hint
        self.retryable = code.isRetryable
        self.details = details
    }

    public var description: String { "\(message) (\(reason))" }
}

extension Fault {
    /// The fault as JSON-RPC's error object: `data` carries `reason`, `hint`, `retryable` and `details`.
    public var rpcError: RPCError {
        var data = [JSONNode.Member(key: "reason", value: JSONNode(reason))]
        if let hint { data.append(JSONNode.Member(key: "hint", value: JSONNode(hint))) }
        data.append(JSONNode.Member(key: "retryable", value: JSONNode(retryable)))
        if let details { data.append(JSONNode.Member(key: "details", value: details)) }
        return RPCError(code: code.rpcCode, message: message, data: JSONNode(.object(data)))
    }

    /// Reads an error object of a peer. A code that the table does not know counts as `internalError`.
    public init(_ error: RPCError) {
        self.init(
            Code(rpcCode: error.code) ?? .internalError,
            error.message,
            reason: error.data?["reason"]?.stringValue,
            hint: error.data?["hint"]?.stringValue,
            details: error.data?["details"]
        )
        if let retryable = error.data?["retryable"]?.boolValue { self.retryable = retryable }
    }
}
