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

    init(limit: Int) {
        framer = LineFramer(limit: limit)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard !isBroken else { return }
        framer.append(unwrapInboundIn(data).readableBytesView)
        deliver(context) { framer throws(LineFramer.LineTooLong) in try framer.next() }
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if event as? ChannelEvent == .inputClosed && !isBroken {
            // A last line without a newline is a line: `printf '{…}' | socat - …`.
            deliver(context) { framer throws(LineFramer.LineTooLong) in try framer.finish() }
        }
        context.fireUserInboundEventTriggered(event)
    }

    private func deliver(
        _ context: ChannelHandlerContext,
        _ next: (inout LineFramer) throws(LineFramer.LineTooLong) -> [UInt8]?
    ) {
        do throws(LineFramer.LineTooLong) {
            while let line = try next(&framer) { context.fireChannelRead(wrapInboundOut(.line(line))) }
        } catch {
            isBroken = true
            context.fireChannelRead(wrapInboundOut(.tooLong(limit: error.limit)))
        }
    }
}
