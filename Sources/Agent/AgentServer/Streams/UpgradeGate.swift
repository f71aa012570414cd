import NIOCore
import NIOHTTP1

/// Looks at the first request of a connection before NIO's upgrade does: what is refused goes on as a request like any other,
/// which answers why. (NIO's own refusal loses the head of the request.)
final class UpgradeGate: ChannelInboundHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias InboundOut = HTTPServerRequestPart

    private let upgrade: ConnectionUpgrade
    private var hasDecided = false

    init(upgrade: ConnectionUpgrade) {
        self.upgrade = upgrade
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        // Later on there may be bytes of another protocol.
        guard !hasDecided else { return context.fireChannelRead(data) }
        hasDecided = true
        guard case .head(var head) = unwrapInboundIn(data), head.headers.contains(name: "Upgrade") else {
            return context.fireChannelRead(data)
        }
        if !upgrade.accept(head) { head.headers.remove(name: "Upgrade") }
        context.fireChannelRead(wrapInboundOut(.head(head)))
    }
}
