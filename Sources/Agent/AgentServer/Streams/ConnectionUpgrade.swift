import AgentAPI
import NIOCore
import NIOHTTP1
import NIOWebSocket
import Synchronization

/// What becomes of one connection whose first request asks for another protocol.
final class ConnectionUpgrade: Sendable {
    private enum Accepted {
        case rpc
        /// The subprotocol is nil where there are plain frames.
        case stream(any StreamSession, subprotocol: String?)
    }

    private struct State {
        var accepted: Accepted?
        var refusal: HTTPServing.Answer?
    }

    private let tokens: StreamTokens
    private let peer: Peer
    private let limits: ServerConfiguration.Limits
    private let state = Mutex(State())

    init(tokens: StreamTokens, peer: Peer, limits: ServerConfiguration.Limits) {
        self.tokens = tokens
        self.peer = peer
        self.limits = limits
    }

    /// What is to be answered to the request that asked in vain.
    var refusal: HTTPServing.Answer? { state.withLock { $0.refusal } }

    /// The two ways on.
    var upgraders: [any NIOTypedHTTPServerProtocolUpgrader<Negotiated>] {
        [
            NIOTypedWebSocketServerUpgrader(
                // A stream's message has its channel in front.
                maxFrameSize: max(StreamFrame.limit + 1, limits.messageBytes),
                enableAutomaticErrorHandling: false,
                shouldUpgrade: { channel, _ in channel.eventLoop.makeSucceededFuture(self.webSocketHeaders) },
                upgradePipelineHandler: { channel, _ in
                    channel.eventLoop.makeCompletedFuture { try self.makeWebSocket(channel) }
                }
            ),
            StreamUpgrader(upgrade: self),
        ]
    }

    // MARK: Deciding

    /// Whether the connection becomes what its first request asks for; where not, `refusal` says why.
    func accept(_ head: HTTPRequestHead) -> Bool {
        let wanted = head.headers[canonicalForm: "Upgrade"].map { $0.lowercased() }
        let accepted: Accepted? =
            switch wanted {
            case ["websocket"]: acceptWebSocket(head)
            case [StreamUpgrader.name]: acceptStream(head)
            // As RFC 9110, 7.8, has it: what we do not speak is passed over.
            default: nil
            }
        state.withLock { $0.accepted = accepted }
        return accepted != nil
    }

    private func acceptWebSocket(_ head: HTTPRequestHead) -> Accepted? {
        guard let target = check(head) else { return nil }
        // RFC 6455, 4.2.1; a key is 16 bytes in base64.
        guard head.headers["Sec-WebSocket-Version"] == ["13"] else {
            var answer = HTTPServing.Answer.text(.upgradeRequired, "Sec-WebSocket-Version must be 13")
            answer.headers = [("Sec-WebSocket-Version", "13")]
            return refuse(answer)
        }
        let keys = head.headers["Sec-WebSocket-Key"]
        guard keys.count == 1, keys[0].utf8.count == 24 else {
            return refuse(.text(.badRequest, "one Sec-WebSocket-Key is needed"))
        }
        if target == "/rpc" { return .rpc }
        guard let token = token(target) else { return nil }
        let offered = head.headers[canonicalForm: "Sec-WebSocket-Protocol"].map(String.init)
        // Before the token is used up: a client that speaks the wrong version may try again.
        if let kind = tokens.kind(of: token, for: peer), kind.protocols.allSatisfy({ !offered.contains($0) }) {
            let known = kind.protocols.joined(separator: " or ")
            return refuse(.text(.badRequest, "Sec-WebSocket-Protocol must offer \(known)"))
        }
        guard let session = redeem(token),
            let chosen = session.kind.protocols.first(where: offered.contains)
        else { return nil }
        return .stream(session, subprotocol: chosen)
    }

    private func acceptStream(_ head: HTTPRequestHead) -> Accepted? {
        guard let target = check(head), let token = token(target), let session = redeem(token) else { return nil }
        return .stream(session, subprotocol: nil)
    }

    /// What the answer says besides RFC 6455's own.
    private var webSocketHeaders: HTTPHeaders? {
        switch state.withLock({ $0.accepted }) {
        case .rpc: [:]
        case .stream(_, let subprotocol?): ["Sec-WebSocket-Protocol": subprotocol]
        default: nil
        }
    }

    fileprivate var isPlainStream: Bool {
        if case .stream(_, nil) = state.withLock({ $0.accepted }) { return true }
        return false
    }

    private func check(_ head: HTTPRequestHead) -> String? {
        if let refusal = HTTPChecks.refusal(of: head, names: peer.hosts) { return refuse(refusal) }
        guard head.headers[canonicalForm: "Connection"].contains(where: { $0.lowercased() == "upgrade" }) else {
            return refuse(.text(.badRequest, "Connection must say upgrade"))
        }
        guard head.method == .GET else { return refuse(.text(.methodNotAllowed, "an upgrade is asked for with GET")) }
        let hasBody = head.headers.contains(name: "Transfer-Encoding") || head.headers.first(name: "Content-Length") ?? "0" != "0"
        guard !hasBody else { return refuse(.text(.badRequest, "an upgrade has no body")) }
        return HTTPTarget(head.uri).path
    }

    private func token(_ target: String) -> String? {
        guard target.hasPrefix(StreamTokens.path) else {
            return refuse(.text(.notFound, "only /rpc and \(StreamTokens.path)TOKEN can be upgraded"))
        }
        return String(target.dropFirst(StreamTokens.path.count))
    }

    private func redeem(_ token: String) -> (any StreamSession)? {
        do throws(Fault) { return try tokens.redeem(token, by: peer) } catch {
            let hint = error.hint.map { "; \($0)" } ?? ""
            let status = HTTPResponseStatus(statusCode: error.code.httpStatus)
            return refuse(.text(status, error.message + hint))
        }
    }

    private func refuse<Value>(_ answer: HTTPServing.Answer) -> Value? {
        state.withLock { $0.refusal = answer }
        return nil
    }

    // MARK: Doing

    private func makeWebSocket(_ channel: any Channel) throws -> Negotiated {
        let pipeline = channel.pipeline.syncOperations
        switch state.withLock({ $0.accepted }) {
        case .rpc:
            try pipeline.addHandler(WebSocketHandler(limit: limits.messageBytes))
            try pipeline.addHandler(WebSocketLineCodec())
            return .lines(try NIOAsyncChannel(wrappingChannelSynchronously: channel, configuration: Self.configuration()))
        case .stream(let session, let subprotocol?):
            try pipeline.addHandler(WebSocketHandler(limit: StreamFrame.limit + 1))
            try pipeline.addHandler(WebSocketStreamCodec(subprotocol: subprotocol))
            return try stream(session, channel)
        default: return .nothing
        }
    }

    fileprivate func makeStream(_ channel: any Channel) throws -> Negotiated {
        guard case .stream(let session, _) = state.withLock({ $0.accepted }) else { return .nothing }
        let pipeline = channel.pipeline.syncOperations
        try pipeline.addHandler(ByteToMessageHandler(StreamFrameCoder()))
        try pipeline.addHandler(MessageToByteHandler(StreamFrameCoder()))
        return try stream(session, channel)
    }

    private func stream(_ session: any StreamSession, _ channel: any Channel) throws -> Negotiated {
        .stream(
            try NIOAsyncChannel(wrappingChannelSynchronously: channel, configuration: Self.configuration()),
            StreamServing(session: session)
        )
    }

    private static func configuration<In: Sendable, Out: Sendable>() -> NIOAsyncChannel<In, Out>.Configuration {
        .init(
            // Frames may be a megabyte each: few of them wait for whoever reads.
            backPressureStrategy: .init(lowWatermark: 1, highWatermark: 3),
            isOutboundHalfClosureEnabled: true
        )
    }
}

/// `Upgrade: swiftlet-stream`.
struct StreamUpgrader: NIOTypedHTTPServerProtocolUpgrader {
    struct Refused: Error {}

    static let name = StreamTicket.upgrade

    let upgrade: ConnectionUpgrade

    var supportedProtocol: String { Self.name }
    var requiredUpgradeHeaders: [String] { [] }

    func buildUpgradeResponse(
        channel: any Channel,
        upgradeRequest: HTTPRequestHead,
        initialResponseHeaders: HTTPHeaders
    ) -> EventLoopFuture<HTTPHeaders> {
        channel.eventLoop.makeCompletedFuture {
            guard upgrade.isPlainStream else { throw Refused() }
            return initialResponseHeaders
        }
    }

    func upgrade(channel: any Channel, upgradeRequest: HTTPRequestHead) -> EventLoopFuture<Negotiated> {
        channel.eventLoop.makeCompletedFuture { try upgrade.makeStream(channel) }
    }
}
