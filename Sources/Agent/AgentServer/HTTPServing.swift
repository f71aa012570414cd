import AgentAPI
import JSONCoding
import JSONRPC
import NIOCore
import NIOHTTP1

/// A connection that speaks HTTP/1.1: `POST /rpc` and a few pages.
struct HTTPServing: Sendable {
    let dispatcher: MethodRouter.Dispatcher
    let backend: any NodeBackend

    /// What goes back.
    struct Answer: Sendable {
        var status: HTTPResponseStatus
        var contentType = "text/plain; charset=utf-8"
        var body: [UInt8]
        var headers: [(String, String)] = []

        static func text(_ status: HTTPResponseStatus, _ text: String) -> Answer {
            Answer(status: status, body: Array((text + "\n").utf8))
        }

        static func json(_ status: HTTPResponseStatus, _ bytes: [UInt8]) -> Answer {
            Answer(status: status, contentType: "application/json", body: bytes)
        }
    }

    /// Serves one request after the other until the client closes or asks to. `refusal` answers the first, where there is
    /// one.
    func run(
        _ channel: NIOAsyncChannel<NIOHTTPServerRequestFull, HTTPServerResponsePart>,
        refusal: Answer?,
        peer: Peer,
        limits: ServerConfiguration.Limits,
        register: (Connection) -> Void
    ) async throws {
        try await channel.executeThenClose { inbound, outbound in
            // No notifications: an HTTP request has one answer.
            let connection = Connection(peer: peer, callsInFlight: limits.callsInFlight)
            register(connection)
            channel.channel.closeFuture.whenComplete { _ in connection.close() }
            var refusal = refusal
            for try await request in inbound {
                await connection.admit()
                defer { connection.leave() }
                let refused = refusal.take()
                if refused == nil, HTTPChecks.refusal(of: request.head, names: peer.hosts) == nil, let live = status.live(request.head) {
                    // A stream to the end of the connection.
                    return try await live.run(request.head, connection, outbound)
                }
                let answer = if let refused { refused } else { await answer(request, connection) }
                try await write(answer, to: request.head, outbound)
                if !request.head.isKeepAlive { break }
            }
        }
    }

    private func write(
        _ answer: Answer,
        to request: HTTPRequestHead,
        _ outbound: NIOAsyncChannelOutboundWriter<HTTPServerResponsePart>
    ) async throws {
        var headers = HTTPHeaders(answer.headers)
        if !answer.body.isEmpty { headers.add(name: "Content-Type", value: answer.contentType) }
        if answer.status != .noContent { headers.add(name: "Content-Length", value: "\(answer.body.count)") }
        headers.add(name: "X-Content-Type-Options", value: "nosniff")
        headers.add(name: "Cache-Control", value: "no-store")
        if !request.isKeepAlive { headers.add(name: "Connection", value: "close") }
        var parts: [HTTPServerResponsePart] = [
            .head(HTTPResponseHead(version: request.version, status: answer.status, headers: headers))
        ]
        if request.method != .HEAD && !answer.body.isEmpty {
            parts.append(.body(.byteBuffer(ByteBuffer(bytes: answer.body))))
        }
        parts.append(.end(nil))
        try await outbound.write(contentsOf: parts)
    }

    private func answer(_ request: NIOHTTPServerRequestFull, _ connection: Connection) async -> Answer {
        if let refusal = HTTPChecks.refusal(of: request.head, names: connection.peer.hosts) { return refusal }
        let target = HTTPTarget(request.head.uri)
        switch target.path {
        case "/rpc":
            guard request.head.method == .POST else { return notAllowed("POST") }
            if let refusal = HTTPChecks.contentRefusal(of: request.head) { return refusal }
            return await call(request.body.map { Array($0.readableBytesView) } ?? [], connection)
        case "/openrpc.json":
            guard isReading(request) else { return notAllowed("GET, HEAD") }
            let document = OpenRPCDocument(for: connection.peer.role)
            return .json(.ok, JSON.serialize(document.node, style: .pretty) + [UInt8(ascii: "\n")])
        case "/livez", "/readyz", "/healthz":
            guard isReading(request) else { return notAllowed("GET, HEAD") }
            let name = String(target.path.dropFirst())
            return HealthPage(name: name, report: await backend.health()).answer(verbose: target.has("verbose"))
        case let path where path.hasPrefix(StreamTokens.path):
            var answer = Answer.text(.upgradeRequired, "ask for Upgrade: websocket or \(StreamUpgrader.name)")
            answer.headers = [("Upgrade", "websocket, \(StreamUpgrader.name)")]
            return answer
        default:
            if isReading(request), let answer = await status.answer(target, host: request.head.headers["Host"].first, connection) {
                return answer
            }
            if let answer = await page(target.path, request) { return answer }
            return .text(.notFound, "no page \(target.path.prefix(64)); see /openrpc.json")
        }
    }

    private var status: StatusServing { StatusServing(dispatcher: dispatcher, backend: backend) }

    /// A page of the backend's, where it has one of this path.
    private func page(_ path: String, _ request: NIOHTTPServerRequestFull) async -> Answer? {
        let wanted = PageRequest(path: path, accept: request.head.headers["Accept"].joined(separator: ","))
        do throws(Fault) {
            guard let page = try await backend.page(wanted) else { return nil }
            guard isReading(request) else { return notAllowed("GET, HEAD") }
            return Answer(status: .ok, contentType: page.contentType, body: page.body)
        } catch {
            return .text(HTTPResponseStatus(statusCode: error.code.httpStatus), error.message)
        }
    }

    private func isReading(_ request: NIOHTTPServerRequestFull) -> Bool {
        request.head.method == .GET || request.head.method == .HEAD
    }

    private func notAllowed(_ methods: String) -> Answer {
        var answer = Answer.text(.methodNotAllowed, "use \(methods)")
        answer.headers = [("Allow", methods)]
        return answer
    }

    /// JSON-RPC's errors are answers: the status is 200 wherever the message was JSON-RPC at all.
    private func call(_ body: [UInt8], _ connection: Connection) async -> Answer {
        let reply = await dispatcher.respond(to: body, context: CallContext(connection: connection))
        guard let bytes = reply.bytes else { return Answer(status: .noContent, body: []) }
        let isRefused = bytes.starts(with: HTTPServing.refusedPrefix)
        return .json(isRefused ? .badRequest : .ok, bytes + [UInt8(ascii: "\n")])
    }

    /// How the answer to a message begins that was no JSON or no request, as `RPCCodec` writes it.
    private static let refusedPrefix = Array(#"{"jsonrpc":"2.0","id":null,"error":"#.utf8)
}
