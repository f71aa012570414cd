import NIOCore

/// Closes a connection whose client takes nothing of what waits for it: what was written stays in memory until then.
///
/// Subscriptions and streams keep a bounded buffer and may wait for as long as their reader likes (a pager that nobody
/// scrolls): they are left alone.
final class StalledReaderCloser: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = NIOAny
    typealias InboundOut = NIOAny

    private let connection: Connection
    private let limit: TimeAmount
    private var timeout: Scheduled<Void>?
    /// Bytes that waited when the limit was last set.
    private var waiting = 0

    init(connection: Connection, limit: TimeAmount) {
        self.connection = connection
        self.limit = limit
    }

    func handlerAdded(context: ChannelHandlerContext) {
        if context.channel.isActive && !context.channel.isWritable { watch(context) }
    }

    func handlerRemoved(context: ChannelHandlerContext) { timeout?.cancel() }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        if context.channel.isWritable {
            timeout?.cancel()
            timeout = nil
        } else if timeout == nil {
            watch(context)
        }
        context.fireChannelWritabilityChanged()
    }

    func channelInactive(context: ChannelHandlerContext) {
        timeout?.cancel()
        context.fireChannelInactive()
    }

    private func watch(_ context: ChannelHandlerContext) {
        waiting = bufferedBytes(context)
        let context = context.loopBound
        timeout = context.eventLoop.assumeIsolated().scheduleTask(in: limit) { [self] in check(context.value) }
    }

    private func check(_ context: ChannelHandlerContext) {
        timeout = nil
        guard !context.channel.isWritable else { return }
        // A slow reader that goes on reading is none that has stopped.
        if connection.hasPatientReader || bufferedBytes(context) < waiting { return watch(context) }
        context.close(promise: nil)
    }

    private func bufferedBytes(_ context: ChannelHandlerContext) -> Int {
        // A channel of NIOPosix has the option; for one that is closed meanwhile the number says nothing.
        (try? context.channel.syncOptions?.getOption(ChannelOptions.bufferedWritableBytes)) ?? 0
    }
}
