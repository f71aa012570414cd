import NIOCore
import NIOSSL
import NIOTLS

/// Stands behind TLS until the handshake is done, then says who is there and leaves.
final class HandshakeGate: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = ByteBuffer

    private let handler: NIOSSLServerHandler
    private let limit: TimeAmount
    private let promise: EventLoopPromise<[CertificateName]>
    private var isDecided = false
    private var timeout: Scheduled<Void>?

    init(_ handler: NIOSSLServerHandler, limit: TimeAmount, promise: EventLoopPromise<[CertificateName]>) {
        self.handler = handler
        self.limit = limit
        self.promise = promise
    }

    func handlerAdded(context: ChannelHandlerContext) {
        let channel = context.channel
        timeout = context.eventLoop.scheduleTask(in: limit) { channel.close(promise: nil) }
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        guard case .handshakeCompleted? = event as? TLSUserEvent else {
            return context.fireUserInboundEventTriggered(event)
        }
        guard let certificate = handler.peerCertificate else {
            // The context asks for one: without it the handshake would have failed.
            decide(.failure(TLSPeerError(message: "no client certificate")))
            return context.close(promise: nil)
        }
        // Whoever waits adds the next handlers now, before the first byte is read.
        decide(.success(CertificateName.names(of: certificate)))
        context.pipeline.syncOperations.removeHandler(self, promise: nil)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        decide(.failure(TLSPeerError(message: "\(error)")))
        context.close(promise: nil)
    }

    func channelInactive(context: ChannelHandlerContext) {
        decide(.failure(TLSPeerError(message: "the connection ended before the handshake was done")))
        context.fireChannelInactive()
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        decide(.failure(TLSPeerError(message: "the connection ended before the handshake was done")))
    }

    private func decide(_ result: Result<[CertificateName], any Error>) {
        guard !isDecided else { return }
        isDecided = true
        timeout?.cancel()
        promise.completeWith(result)
    }
}

/// Why a peer did not get through the handshake.
public struct TLSPeerError: Error, Sendable, CustomStringConvertible {
    public var message: String

    public var description: String { message }
}
