import NIOCore
import NIOWebSocket

/// The server's end of a WebSocket: messages to and from whoever is behind it, pings and closing by itself.
final class WebSocketHandler: ChannelDuplexHandler {
    typealias InboundIn = WebSocketFrame
    typealias InboundOut = WebSocketMessage
    typealias OutboundIn = WebSocketMessage
    typealias OutboundOut = WebSocketFrame

    private var assembler: WebSocketAssembler
    /// Our closing frame is on its way: nothing may follow, and what the client says is not listened to.
    private var isClosing = false

    /// - Parameter limit: the most bytes of a message.
    init(limit: Int) {
        assembler = WebSocketAssembler(limit: limit)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard !isClosing else { return }
        do throws(WebSocketViolation) {
            switch try assembler.take(unwrapInboundIn(data)) {
            case .message(let message): context.fireChannelRead(wrapInboundOut(message))
            case .ping(let bytes): send(.pong, bytes, context)
            case .close(let code):
                sayGoodbye(code, "", context)
                context.close(promise: nil)
            case .none: break
            }
        } catch {
            end(error, context)
        }
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        guard !isClosing else {
            promise?.fail(ChannelError.outputClosed)
            return
        }
        let message = unwrapOutboundIn(data)
        let frame = WebSocketFrame(
            fin: true,
            opcode: message.kind == .text ? .text : .binary,
            data: context.channel.allocator.buffer(bytes: message.bytes)
        )
        context.write(wrapOutboundOut(frame), promise: promise)
    }

    /// Whoever closes from our side says so to the client first.
    func close(context: ChannelHandlerContext, mode: CloseMode, promise: EventLoopPromise<Void>?) {
        if mode != .input { sayGoodbye(1000, "", context) }
        context.close(mode: mode, promise: promise)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        switch error {
        case let violation as WebSocketViolation: end(violation, context)
        case NIOWebSocketError.invalidFrameLength: end(.init(.tooLong, "the frame is too long"), context)
        case is NIOWebSocketError: end(.init(.protocolError, "a frame is broken"), context)
        default: context.fireErrorCaught(error)
        }
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        context.fireUserInboundEventTriggered(event)
        // A WebSocket has no half: a client that says no more is gone.
        if event as? ChannelEvent == .inputClosed { context.close(promise: nil) }
    }

    private func end(_ violation: WebSocketViolation, _ context: ChannelHandlerContext) {
        sayGoodbye(violation.code.rawValue, violation.reason, context)
        context.close(promise: nil)
    }

    private func sayGoodbye(_ code: UInt16?, _ reason: String, _ context: ChannelHandlerContext) {
        guard !isClosing else { return }
        var bytes: [UInt8] = []
        if let code { bytes = [UInt8(code >> 8), UInt8(truncatingIfNeeded: code)] + Array(reason.utf8) }
        send(.connectionClose, bytes, context)
        isClosing = true
    }

    private func send(_ opcode: WebSocketOpcode, _ bytes: [UInt8], _ context: ChannelHandlerContext) {
        let frame = WebSocketFrame(fin: true, opcode: opcode, data: context.channel.allocator.buffer(bytes: bytes))
        context.writeAndFlush(wrapOutboundOut(frame), promise: nil)
    }
}
