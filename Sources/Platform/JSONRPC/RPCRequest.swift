import JSONCoding

/// A call, or a notification where `id` is nil.
public struct RPCRequest: Sendable, Hashable {
    public var id: RequestID?
    public var method: String
    public var parameters: JSONNode?

    public init(id: RequestID?, method: String, parameters: JSONNode? = nil) {
        self.id = id
        self.method = method
        self.parameters = parameters
    }

    /// True where no answer may be sent.
    public var isNotification: Bool { id == nil }
}

/// The answer to a call. `id` is nil only where the request's id could not be read.
public struct RPCResponse: Sendable, Hashable {
    public var id: RequestID?
    public var outcome: Result<JSONNode, RPCError>

    public init(id: RequestID?, outcome: Result<JSONNode, RPCError>) {
        self.id = id
        self.outcome = outcome
    }
}
