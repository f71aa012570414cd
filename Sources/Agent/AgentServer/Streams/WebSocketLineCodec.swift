import NIOCore

/// JSON-RPC over a WebSocket: one text message is one line of `LineServing`.
final class WebSocketLineCodec: ChannelDuplexHandler {
    typealias InboundIn = WebSocketMessage
    typealias InboundOut = LineHandler.Arrival
    typealias OutboundIn = ByteBuffer
    typealias OutboundOut = WebSocketMessage

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let message = unwrapInboundIn(data)
        guard message.kind == .text else {
            let violation = WebSocketViolation(.unacceptableData, "JSON-RPC travels in text messages")
            context.pipeline.fireErrorCaught(violation)
            return
        }
        context.fireChannelRead(wrapInboundOut(.line(message.bytes)))
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        var bytes = Array(unwrapOutboundIn(data).readableBytesView)
        // A message has its border already.
        if bytes.last == UInt8(ascii: "\n") { bytes.removeLast() }
        context.write(wrapOutboundOut(WebSocketMessage(kind: .text, bytes: bytes)), promise: promise)
    }
}
