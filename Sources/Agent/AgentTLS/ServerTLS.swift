import NIOCore
import NIOSSL
import Synchronization

/// The server's side: one context for all connections, replaced when the files are read anew.
public final class ServerTLS: Sendable {
    private struct State {
        var context: NIOSSLContext
        var hosts: [String]
    }

    private let files: TLSFiles
    private let state: Mutex<State>

    /// Reads the files: what is wrong with them is said now and not at the first connection.
    public init(_ files: TLSFiles) throws(TLSFileError) {
        self.files = files
        state = Mutex(try Self.read(files))
    }

    /// Takes the files as they are now, for connections to come. After a throw the old ones stay in use.
    public func reload() throws(TLSFileError) {
        let new = try Self.read(files)
        state.withLock { $0 = new }
    }

    /// The host names that the server's certificate has, `*.example` among them.
    public var hosts: [String] { state.withLock { $0.hosts } }

    /// Puts TLS in front of a channel's pipeline, on its event loop. The names of the client's certificate come when the
    /// handshake is done and before the first byte is handed on; a handshake that fails or takes too long closes the
    /// channel.
    public func secure(_ channel: any Channel, within limit: TimeAmount) -> EventLoopFuture<[CertificateName]> {
        let promise = channel.eventLoop.makePromise(of: [CertificateName].self)
        do {
            let handler = NIOSSLServerHandler(context: state.withLock { $0.context })
            let gate = HandshakeGate(handler, limit: limit, promise: promise)
            try channel.pipeline.syncOperations.addHandlers([handler, gate])
        } catch {
            promise.fail(error)
        }
        return promise.futureResult
    }

    private static func read(_ files: TLSFiles) throws(TLSFileError) -> State {
        let chain = try files.certificateChain()
        var configuration = TLSConfiguration.makeServerConfiguration(
            certificateChain: chain.map(NIOSSLCertificateSource.certificate),
            privateKey: try files.privateKey()
        )
        configuration.minimumTLSVersion = .tlsv12
        configuration.trustRoots = try files.trustRoots()
        // On a server this asks for the client's certificate and refuses those who show none; the name is looked at
        // afterwards, against the roles.
        configuration.certificateVerification = .noHostnameVerification
        let hosts = CertificateName.names(of: chain[0]).filter { $0.kind == .dns }.map(\.value)
        do { return State(context: try NIOSSLContext(configuration: configuration), hosts: hosts) } catch {
            throw TLSFileError(
                path: files.certificate,
                message: "certificate and key cannot be used together (key: \(files.key))"
            )
        }
    }
}
