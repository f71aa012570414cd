import AgentAPI
import NIOCore

/// A stream over a WebSocket: the first byte of a message is its channel, as Kubernetes' `channel.k8s.io` has it.
final class WebSocketStreamCodec: ChannelDuplexHandler {
    typealias InboundIn = WebSocketMessage
    typealias InboundOut = StreamFrame
    typealias OutboundIn = StreamFrame
    typealias OutboundOut = WebSocketMessage

    /// Since v5 channel 255 closes one; older clients do not know it.
    private let closesChannels: Bool

    init(subprotocol: String) {
        closesChannels = subprotocol == "v5.channel.k8s.io"
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let message = unwrapInboundIn(data)
        // An empty message has no channel and says nothing.
        guard let channel = message.bytes.first else { return }
        if channel == StreamFrame.Channel.close && !closesChannels { return }
        context.fireChannelRead(wrapInboundOut(StreamFrame(channel, Array(message.bytes.dropFirst()))))
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        let frame = unwrapOutboundIn(data)
        if frame.channel == StreamFrame.Channel.close && !closesChannels {
            promise?.succeed()
            return
        }
        let message = WebSocketMessage(kind: .binary, bytes: [frame.channel] + frame.bytes)
        context.write(wrapOutboundOut(message), promise: promise)
    }
}
