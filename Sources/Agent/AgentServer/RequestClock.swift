import NIOCore
import NIOHTTP1

/// Closes an HTTP connection on which a request has begun and does not end: from its first byte to its last there is a
/// limit, however the bytes trickle.
final class RequestClock {
    private let channel: any Channel
    private let limit: TimeAmount
    private var timeout: Scheduled<Void>?

    /// The connection's first request has begun.
    init(_ channel: any Channel, limit: TimeAmount) {
        self.channel = channel
        self.limit = limit
        begin()
    }

    /// Watches a pipeline in which the requests are put together already. On the channel's event loop.
    static func watch(_ channel: any Channel, limit: TimeAmount) throws {
        let clock = RequestClock(channel, limit: limit)
        let pipeline = channel.pipeline.syncOperations
        try pipeline.addHandler(Bytes(clock), position: .first)
        try pipeline.addHandler(Requests(clock))
    }

    private func begin() {
        guard timeout == nil else { return }
        let channel = channel
        timeout = channel.eventLoop.scheduleTask(in: limit) { channel.close(promise: nil) }
    }

    private func end() {
        timeout?.cancel()
        timeout = nil
    }

    /// In front of the decoder.
    private final class Bytes: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer
        typealias InboundOut = ByteBuffer

        private let clock: RequestClock

        init(_ clock: RequestClock) { self.clock = clock }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            clock.begin()
            context.fireChannelRead(data)
        }

        func channelInactive(context: ChannelHandlerContext) {
            clock.end()
            context.fireChannelInactive()
        }
    }

    /// Behind the aggregator.
    private final class Requests: ChannelInboundHandler {
        typealias InboundIn = NIOHTTPServerRequestFull
        typealias InboundOut = NIOHTTPServerRequestFull

        private let clock: RequestClock

        init(_ clock: RequestClock) { self.clock = clock }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            clock.end()
            context.fireChannelRead(data)
        }
    }
}
