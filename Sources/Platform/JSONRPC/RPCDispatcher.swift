import JSONCoding

/// What a handler gives back.
public struct RPCOutcome: Sendable {
    /// The result as JSON text, or the error.
    public var result: Result<[UInt8], RPCError>
    /// Runs after the answer has been sent, and may go on for long: a subscription's events.
    public var followUp: (@Sendable () async -> Void)?

    public init(_ result: Result<[UInt8], RPCError>, followUp: (@Sendable () async -> Void)? = nil) {
        self.result = result
        self.followUp = followUp
    }
}

/// What the carrier sends for one message, and what it runs afterwards.
public struct RPCReply: Sendable {
    /// JSON text without a newline; nil where a message of nothing but notifications has no answer.
    public var bytes: [UInt8]?
    public var followUps: [@Sendable () async -> Void]

    public init(bytes: [UInt8]?, followUps: [@Sendable () async -> Void] = []) {
        self.bytes = bytes
        self.followUps = followUps
    }
}

/// Gives each request to the handler of its method and puts the answers together. `Context` is whatever a carrier
/// knows of the caller.
public struct RPCDispatcher<Context: Sendable>: Sendable {
    public typealias Handler = @Sendable (RPCRequest, Context) async -> RPCOutcome

    public let codec: RPCCodec
    private let handlers: [String: Handler]

    public init(handlers: [String: Handler], codec: RPCCodec = RPCCodec()) {
        self.handlers = handlers
        self.codec = codec
    }

    /// The names that have a handler.
    public var methods: Set<String> { Set(handlers.keys) }

    /// Answers one message: a request, a notification, a batch, or bytes that are none of these. Never throws; what
    /// is wrong with the message is its answer.
    public func respond(to message: [UInt8], context: Context) async -> RPCReply {
        do throws(RPCError) {
            switch try codec.decodeClientMessage(message) {
            case .single(let entry): return await respond(to: entry, context: context)
            case .batch(let entries): return await respond(to: entries, context: context)
            }
        } catch {
            return RPCReply(bytes: RPCCodec.encodeResponse(id: nil, outcome: .failure(error)))
        }
    }

    private func respond(to entry: RPCCodec.Entry, context: Context) async -> RPCReply {
        switch entry {
        case .invalid(let id, let error):
            return RPCReply(bytes: RPCCodec.encodeResponse(id: id, outcome: .failure(error)))
        case .request(let request):
            let outcome = await call(request, context: context)
            // A notification has no answer, whatever became of it.
            let bytes = request.id.map { RPCCodec.encodeResponse(id: $0, outcome: outcome.result) }
            return RPCReply(bytes: bytes, followUps: outcome.followUp.map { [$0] } ?? [])
        }
    }

    private func call(_ request: RPCRequest, context: Context) async -> RPCOutcome {
        guard let handler = handlers[request.method] else {
            return RPCOutcome(.failure(.methodNotFound(request.method)))
        }
        return await handler(request, context)
    }

    /// The entries run side by side; the answers keep the order of the entries.
    private func respond(to entries: [RPCCodec.Entry], context: Context) async -> RPCReply {
        let replies = await withTaskGroup(of: (Int, RPCReply).self) { group in
            for (index, entry) in entries.enumerated() {
                group.addTask { (index, await respond(to: entry, context: context)) }
            }
            var replies = [RPCReply?](repeating: nil, count: entries.count)
            for await (index, reply) in group { replies[index] = reply }
            return replies.compactMap { $0 }
        }
        let answers = replies.compactMap(\.bytes)
        return RPCReply(
            bytes: answers.isEmpty ? nil : RPCCodec.encodeBatch(answers),
            followUps: replies.flatMap(\.followUps)
        )
    }
}
