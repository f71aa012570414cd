import Glibc
import Linux
import NIOCore
import NIOPosix
import NIOSSL
import NIOTLS
import Synchronization

/// The client's side: a TLS connection behind a plain socket.
public struct TLSDialer: Sendable {
    /// Why no connection came about.
    public enum Failure: Error, Sendable, CustomStringConvertible {
        case files(TLSFileError)
        /// Nobody listens there, or no way leads there.
        case unreachable(String)
        /// The other end is not who it should be, or does not take us.
        case refused(String)
        case timeout

        public var description: String {
            switch self {
            case .files(let error): "\(error)"
            case .unreachable(let message), .refused(let message): message
            case .timeout: "no answer in time"
            }
        }
    }

    private let context: NIOSSLContext

    public init(_ files: TLSFiles) throws(Failure) {
        do throws(TLSFileError) {
            var configuration = TLSConfiguration.makeClientConfiguration()
            configuration.minimumTLSVersion = .tlsv12
            configuration.certificateChain = try files.certificateChain().map(NIOSSLCertificateSource.certificate)
            configuration.privateKey = try files.privateKey()
            configuration.trustRoots = try files.trustRoots()
            configuration.certificateVerification = .fullVerification
            context = try Self.makeContext(configuration, files)
        } catch {
            throw .files(error)
        }
    }

    private static func makeContext(
        _ configuration: TLSConfiguration,
        _ files: TLSFiles
    ) throws(TLSFileError) -> NIOSSLContext {
        do { return try NIOSSLContext(configuration: configuration) } catch {
            throw TLSFileError(
                path: files.certificate,
                message: "certificate and key cannot be used together (key: \(files.key))"
            )
        }
    }

    /// Connects and waits until the server's certificate is known to be good and to name this host. What is written to the
    /// socket that comes back goes to the server, and what the server says is read from it. Blocks: for a thread that is
    /// not an event loop's.
    public func connect(
        host: String,
        port: Int,
        within limit: Duration = .seconds(10)
    ) throws(Failure) -> Descriptor {
        let pair: SocketPair
        do throws(SystemError) { pair = try Descriptor.socketPair(type: Int32(SOCK_STREAM.rawValue)) } catch {
            throw .unreachable("\(error)")
        }
        let group = MultiThreadedEventLoopGroup.singleton
        let context = context
        let remote: any Channel
        do {
            remote = try ClientBootstrap(group: group)
                .connectTimeout(TimeAmount(limit))
                .channelOption(.autoRead, value: false)
                .channelOption(.allowRemoteHalfClosure, value: true)
                .connect(host: host, port: port)
                .wait()
        } catch {
            throw .unreachable("\(error)")
        }
        let local = pair.first.release()
        let socket = Descriptor(owning: pair.second.release())
        do {
            try Self.join(remote, local, context: context, host: host, limit: TimeAmount(limit))
        } catch is HandshakeTimeout {
            throw .timeout
        } catch {
            throw .refused("\(error)")
        }
        return socket
    }

    private struct HandshakeTimeout: Error {}

    /// Does the handshake and ties the two channels together.
    private static func join(
        _ remote: any Channel,
        _ local: Int32,
        context: NIOSSLContext,
        host: String,
        limit: TimeAmount
    ) throws {
        let loop = remote.eventLoop
        let near = try ClientBootstrap(group: loop)
            .channelOption(.autoRead, value: false)
            .channelOption(.allowRemoteHalfClosure, value: true)
            .withConnectedSocket(local)
            .wait()
        let done = loop.makePromise(of: Void.self)
        let timeout = loop.scheduleTask(in: limit) { done.fail(HandshakeTimeout()) }
        loop.execute {
            do {
                // Without a name it is the address of the other end that the certificate must name; SNI has no addresses.
                let isAddress = (try? NIOCore.SocketAddress(ipAddress: host, port: 0)) != nil
                let tls = try NIOSSLClientHandler(context: context, serverHostname: isAddress ? nil : host)
                // Before the first byte: with TLS 1.3 a server that does not take us is gone as soon as the handshake is done.
                let (ours, theirs) = SpliceHandler.pair()
                try near.pipeline.syncOperations.addHandler(ours)
                try remote.pipeline.syncOperations.addHandlers([tls, HandshakeWait(done), theirs])
                remote.read()
            } catch {
                done.fail(error)
            }
        }
        do { try done.futureResult.wait() } catch {
            timeout.cancel()
            near.close(promise: nil)
            remote.close(promise: nil)
            throw error
        }
        timeout.cancel()
        near.read()
    }
}

/// Waits for the end of a client's handshake.
private final class HandshakeWait: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = ByteBuffer

    private let promise: EventLoopPromise<Void>

    init(_ promise: EventLoopPromise<Void>) {
        self.promise = promise
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        guard case .handshakeCompleted? = event as? TLSUserEvent else {
            return context.fireUserInboundEventTriggered(event)
        }
        promise.succeed()
        context.pipeline.syncOperations.removeHandler(self, promise: nil)
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        // Reads are asked for one by one here, and a handshake takes several.
        context.read()
        context.fireChannelReadComplete()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        promise.fail(error)
        context.close(promise: nil)
    }

    func channelInactive(context: ChannelHandlerContext) {
        promise.fail(TLSPeerError(message: "the server closed the connection during the handshake"))
        context.fireChannelInactive()
    }
}
