import AgentAPI
import NIOCore

/// A TCP port on which the server listens besides its sockets, and what makes a connection there one of somebody known.
public struct TCPListening: Sendable {
    /// Puts TLS in front of a new connection's pipeline, on its event loop, and gives the names of the client's
    /// certificate (`CN:ops`) when the handshake is done and before the first byte is handed on. Fails where it fails; a
    /// client without a certificate must not get through it. The time is how long the handshake may take.
    public typealias Secure = @Sendable (any Channel, TimeAmount) -> EventLoopFuture<[String]>

    /// An address, or a name that has one.
    public var host: String
    public var port: Int
    public var secure: Secure
    /// The role of a certificate with these names, and the name that gave it; nil: its owner may do nothing.
    public var identify: @Sendable ([String]) -> (name: String, role: Role)?
    /// The host names of the server's certificate as it is now: what else a request calls it by is no name of it.
    public var hosts: @Sendable () -> [String]

    public init(
        host: String,
        port: Int,
        secure: @escaping Secure,
        identify: @escaping @Sendable ([String]) -> (name: String, role: Role)?,
        hosts: @escaping @Sendable () -> [String]
    ) {
        self.host = host
        self.port = port
        self.secure = secure
        self.identify = identify
        self.hosts = hosts
    }
}
