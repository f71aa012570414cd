import NIOCore
import NIOHTTP1

/// What a connection speaks, with the channel to speak it on.
enum Negotiated: Sendable {
    case lines(NIOAsyncChannel<LineHandler.Arrival, ByteBuffer>)
    case http(NIOAsyncChannel<NIOHTTPServerRequestFull, HTTPServerResponsePart>)
    /// It ended before it said anything.
    case nothing
}

/// Looks at the first byte of a connection: a letter is HTTP, anything else is newline-delimited JSON (what is neither is
/// answered as broken JSON). Then it sets the pipeline up and leaves.
final class ProtocolSniffer: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = ByteBuffer

    private let limits: ServerConfiguration.Limits
    private let promise: EventLoopPromise<Negotiated>
    private var isDecided = false
    private var timeout: Scheduled<Void>?

    init(limits: ServerConfiguration.Limits, promise: EventLoopPromise<Negotiated>) {
        self.limits = limits
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
            decide(.success(isLetter ? try makeHTTP(context) : try makeLines(context)))
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
        try pipeline.addHandler(LineHandler(limit: limits.messageBytes))
        return .lines(
            try NIOAsyncChannel(
                wrappingChannelSynchronously: context.channel,
                configuration: .init(isOutboundHalfClosureEnabled: true)
            )
        )
    }

    private func makeHTTP(_ context: ChannelHandlerContext) throws -> Negotiated {
        let pipeline = context.pipeline.syncOperations
        try pipeline.configureHTTPServerPipeline(withErrorHandling: true)
        try pipeline.addHandler(NIOHTTPServerRequestAggregator(maxContentLength: limits.messageBytes))
        return .http(
            try NIOAsyncChannel(
                wrappingChannelSynchronously: context.channel,
                configuration: .init(isOutboundHalfClosureEnabled: true)
            )
        )
    }
}
