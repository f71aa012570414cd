import JSONRPC
import NIOCore

/// Turns the bytes of a connection into lines.
final class LineHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = Arrival

    enum Arrival: Sendable {
        case line([UInt8])
        /// The stream has lost its place: answer and close. Nothing follows.
        case tooLong(limit: Int)
    }

    private var framer: LineFramer
    private var isBroken = false
    private let patience: TimeAmount
    private var timeout: Scheduled<Void>?

    /// - Parameter patience: how long a line may take from its first byte to its last; the connection ends with it.
    init(limit: Int, patience: TimeAmount) {
        framer = LineFramer(limit: limit)
        self.patience = patience
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard !isBroken else { return }
        framer.append(unwrapInboundIn(data).readableBytesView)
        if deliver(context, { framer throws(LineFramer.LineTooLong) in try framer.next() }) > 0 { stopWaiting() }
        if framer.pendingCount > 0 { wait(context) }
    }

    func channelInactive(context: ChannelHandlerContext) {
        stopWaiting()
        context.fireChannelInactive()
    }

    func handlerRemoved(context: ChannelHandlerContext) { stopWaiting() }

    private func wait(_ context: ChannelHandlerContext) {
        guard timeout == nil else { return }
        let channel = context.channel
        timeout = context.eventLoop.scheduleTask(in: patience) { channel.close(promise: nil) }
    }

    private func stopWaiting() {
        timeout?.cancel()
        timeout = nil
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if event as? ChannelEvent == .inputClosed && !isBroken {
            // A last line without a newline is a line: `printf '{…}' | socat - …`.
            stopWaiting()
            deliver(context) { framer throws(LineFramer.LineTooLong) in try framer.finish() }
        }
        context.fireUserInboundEventTriggered(event)
    }

    /// Hands on what is whole, and says how many lines that were.
    @discardableResult
    private func deliver(
        _ context: ChannelHandlerContext,
        _ next: (inout LineFramer) throws(LineFramer.LineTooLong) -> [UInt8]?
    ) -> Int {
        var count = 0
        do throws(LineFramer.LineTooLong) {
            while let line = try next(&framer) {
                context.fireChannelRead(wrapInboundOut(.line(line)))
                count += 1
            }
        } catch {
            isBroken = true
            stopWaiting()
            context.fireChannelRead(wrapInboundOut(.tooLong(limit: error.limit)))
        }
        return count
    }
}
