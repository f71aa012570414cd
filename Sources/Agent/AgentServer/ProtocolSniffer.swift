import NIOCore
import NIOHTTP1

/// What a connection speaks, with the channel to speak it on.
enum Negotiated: Sendable {
    case lines(NIOAsyncChannel<LineHandler.Arrival, ByteBuffer>)
    /// The refusal answers the first request: one that asked for another protocol in vain.
    case http(NIOAsyncChannel<NIOHTTPServerRequestFull, HTTPServerResponsePart>, refusal: HTTPServing.Answer?)
    case stream(StreamServing.Channel, StreamServing)
    /// It ended before it said anything.
    case nothing
}

/// Looks at the first byte of a connection: a letter is HTTP, anything else is newline-delimited JSON (what is neither is
/// answered as broken JSON). Then it sets the pipeline up and leaves.
final class ProtocolSniffer: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = ByteBuffer

    private let limits: ServerConfiguration.Limits
    private let upgrade: ConnectionUpgrade
    private let promise: EventLoopPromise<Negotiated>
    private var isDecided = false
    private var timeout: Scheduled<Void>?

    init(limits: ServerConfiguration.Limits, upgrade: ConnectionUpgrade, promise: EventLoopPromise<Negotiated>) {
        self.limits = limits
        self.upgrade = upgrade
        self.promise = promise
    }

    func handlerAdded(context: ChannelHandlerContext) {
        let channel = context.channel
        timeout = context.eventLoop.scheduleTask(in: TimeAmount(limits.firstByte)) { channel.close(promise: nil) }
    }

    func channelInactive(context: ChannelHandlerContext) {
        decide(.success(.nothing))
        context.fireChannelInactive()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        decide(.success(.nothing))
        context.close(promise: nil)
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        // Half closed before the first byte: there is nothing to answer.
        if !isDecided, event as? ChannelEvent == .inputClosed { context.close(promise: nil) }
        context.fireUserInboundEventTriggered(event)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        var buffer = unwrapInboundIn(data)
        guard !isDecided else { return context.fireChannelRead(data) }
        // White space before the first message is no message.
        while let byte = buffer.getInteger(at: buffer.readerIndex, as: UInt8.self),
            [0x20, 0x09, 0x0A, 0x0D].contains(byte)
        {
            buffer.moveReaderIndex(forwardBy: 1)
        }
        guard let first = buffer.getInteger(at: buffer.readerIndex, as: UInt8.self) else { return }
        let isLetter = (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(first | 0x20)
        do {
            if isLetter {
                try awaitRequest(context)
            } else {
                decide(.success(try makeLines(context)))
            }
        } catch {
            decide(.failure(error))
            return context.close(promise: nil)
        }
        context.fireChannelRead(wrapInboundOut(buffer))
        context.pipeline.syncOperations.removeHandler(self, promise: nil)
    }

    private func decide(_ result: Result<Negotiated, any Error>) {
        guard !isDecided else { return }
        isDecided = true
        timeout?.cancel()
        promise.completeWith(result)
    }

    private func makeLines(_ context: ChannelHandlerContext) throws -> Negotiated {
        let pipeline = context.pipeline.syncOperations
        try pipeline.addHandler(LineHandler(limit: limits.messageBytes, patience: TimeAmount(limits.message)))
        return .lines(
            try NIOAsyncChannel(
                wrappingChannelSynchronously: context.channel,
                configuration: .init(isOutboundHalfClosureEnabled: true)
            )
        )
    }

    /// HTTP: the head of the first request says whether the connection stays with it. The time limit goes on until then.
    private func awaitRequest(_ context: ChannelHandlerContext) throws {
        isDecided = true
        let (promise, timeout) = (promise, timeout)
        let (upgrade, limits) = (upgrade, limits)
        let pipeline = context.pipeline.syncOperations
        let negotiated = try pipeline.configureUpgradableHTTPServerPipeline(
            configuration: .init(
                upgradeConfiguration: .init(
                    upgraders: upgrade.upgraders,
                    notUpgradingCompletionHandler: { channel in
                        channel.eventLoop.makeCompletedFuture {
                            try Self.makeHTTP(channel, limits: limits, refusal: upgrade.refusal)
                        }
                    }
                )
            )
        )
        let upgrading = try pipeline.handler(type: NIOTypedHTTPServerUpgradeHandler<Negotiated>.self)
        try pipeline.addHandler(UpgradeGate(upgrade: upgrade), position: .before(upgrading))
        negotiated.whenComplete { result in
            timeout?.cancel()
            // What fails before there is a request is the client's end.
            promise.succeed((try? result.get()) ?? .nothing)
        }
    }

    private static func makeHTTP(
        _ channel: any Channel,
        limits: ServerConfiguration.Limits,
        refusal: HTTPServing.Answer?
    ) throws -> Negotiated {
        try channel.pipeline.syncOperations.addHandler(
            NIOHTTPServerRequestAggregator(maxContentLength: limits.messageBytes)
        )
        try RequestClock.watch(channel, limit: TimeAmount(limits.message))
        return .http(
            try NIOAsyncChannel(
                wrappingChannelSynchronously: channel,
                configuration: .init(isOutboundHalfClosureEnabled: true)
            ),
            refusal: refusal
        )
    }
}
