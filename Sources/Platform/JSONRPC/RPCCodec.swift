import JSONCoding

/// Turns bytes into messages and messages into bytes, by JSON-RPC 2.0 and the limits given.
public struct RPCCodec: Sendable {
    /// What a message may measure.
    public struct Limits: Sendable, Hashable {
        /// Levels of arrays and objects.
        public var depth: Int
        /// Entries of a batch.
        public var batch: Int

        public init(depth: Int = 64, batch: Int = 128) {
            self.depth = depth
            self.batch = batch
        }
    }

    /// One entry of what a client sent: a request, or why it is none with the id as far as it could be read.
    public enum Entry: Sendable, Hashable {
        case request(RPCRequest)
        case invalid(RequestID?, RPCError)
    }

    /// A message of a client.
    public enum ClientMessage: Sendable, Hashable {
        case single(Entry)
        case batch([Entry])
    }

    /// A message of a server, as a client sees it.
    public enum ServerMessage: Sendable, Hashable {
        case response(RPCResponse)
        case notification(RPCRequest)
        case batch([RPCResponse])
    }

    public var limits: Limits

    public init(limits: Limits = Limits()) {
        self.limits = limits
    }

    /// Reads a client's message. Throws where no entry of it can be read: the answer then has the id null.
    public func decodeClientMessage(_ bytes: [UInt8]) throws(RPCError) -> ClientMessage {
        let node = try parse(bytes)
        guard case .array(let entries) = node.value else { return .single(entry(node)) }
        guard !entries.isEmpty else { throw .invalidRequest("a batch may not be empty") }
        guard entries.count <= limits.batch else {
            throw .invalidRequest("a batch of \(entries.count) entries is longer than \(limits.batch)")
        }
        return .batch(entries.map(entry))
    }

    /// Reads a server's message.
    public func decodeServerMessage(_ bytes: [UInt8]) throws(RPCError) -> ServerMessage {
        let node = try parse(bytes)
        if case .array(let entries) = node.value {
            var responses: [RPCResponse] = []
            for item in entries { responses.append(try response(item)) }
            return .batch(responses)
        }
        if node["method"] != nil {
            switch entry(node) {
            case .request(let request) where request.isNotification: return .notification(request)
            case .request: throw .invalidRequest("the server sent a call")
            case .invalid(_, let error): throw error
            }
        }
        return .response(try response(node))
    }

    private func parse(_ bytes: [UInt8]) throws(RPCError) -> JSONNode {
        guard RPCCodec.depth(of: bytes, stoppingAfter: limits.depth) <= limits.depth else {
            throw .invalidRequest("nested deeper than \(limits.depth) levels")
        }
        do throws(JSONSyntaxError) {
            return try JSON.parse(bytes)
        } catch {
            throw .parseError("not JSON: \(error)")
        }
    }

    private func entry(_ node: JSONNode) -> Entry {
        guard case .object(let members) = node.value else {
            return .invalid(nil, .invalidRequest("a request is an object"))
        }
        let id = node["id"].flatMap(RequestID.init)
        func invalid(_ message: String) -> Entry { .invalid(id, .invalidRequest(message)) }
        for member in members where !["jsonrpc", "id", "method", "params"].contains(member.key) {
            return invalid("a request has no member \(RPCError.quoted(member.key))")
        }
        guard node["jsonrpc"]?.stringValue == "2.0" else { return invalid("\"jsonrpc\" must be \"2.0\"") }
        if node["id"] != nil && id == nil { return invalid("\"id\" must be a string or a whole number") }
        guard let method = node["method"]?.stringValue, !method.isEmpty else {
            return invalid("\"method\" must be a string")
        }
        switch node["params"]?.value {
        case nil, .object, .array: break
        default: return invalid("\"params\" must be an object")
        }
        return .request(RPCRequest(id: id, method: method, parameters: node["params"]))
    }

    private func response(_ node: JSONNode) throws(RPCError) -> RPCResponse {
        guard node["jsonrpc"]?.stringValue == "2.0" else { throw .invalidRequest("\"jsonrpc\" must be \"2.0\"") }
        let id = node["id"].flatMap(RequestID.init)
        if let result = node["result"] {
            guard let id, node["error"] == nil else { throw .invalidRequest("a response needs an id and one outcome") }
            return RPCResponse(id: id, outcome: .success(result))
        }
        guard let error = node["error"], case .integer(let code)? = error["code"]?.value,
            let message = error["message"]?.stringValue
        else { throw .invalidRequest("a response needs a result or an error") }
        return RPCResponse(
            id: id,
            outcome: .failure(RPCError(code: Int(code), message: message, data: error["data"]))
        )
    }

    /// How deep the arrays and objects of a text are nested; counts brackets outside strings, so that a hostile text
    /// is refused before a parser recurses into it.
    static func depth(of bytes: [UInt8], stoppingAfter limit: Int) -> Int {
        var level = 0
        var deepest = 0
        var inString = false
        var escaped = false
        for byte in bytes {
            if inString {
                if escaped {
                    escaped = false
                } else if byte == UInt8(ascii: "\\") {
                    escaped = true
                } else if byte == UInt8(ascii: "\"") {
                    inString = false
                }
                continue
            }
            switch byte {
            case UInt8(ascii: "\""): inString = true
            case UInt8(ascii: "["), UInt8(ascii: "{"):
                level += 1
                deepest = max(deepest, level)
                if deepest > limit { return deepest }
            case UInt8(ascii: "]"), UInt8(ascii: "}"): level -= 1
            default: break
            }
        }
        return deepest
    }
}
