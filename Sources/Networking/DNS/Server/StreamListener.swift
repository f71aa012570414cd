import CLinux
import Glibc
import Linux
import NetworkSpec

/// TCP on one address of a network, RFC 7766.
final class StreamListener: EventSource {
    var network: Int

    private let socket: Descriptor
    private let service: NameService
    private let forwarder: Forwarder
    private let connections: StreamConnections

    init(
        _ socket: consuming Descriptor,
        network: Int,
        _ service: NameService,
        _ forwarder: Forwarder,
        _ connections: StreamConnections
    ) {
        self.socket = socket
        self.network = network
        self.service = service
        self.forwarder = forwarder
        self.connections = connections
    }

    var descriptor: Int32 { socket.rawValue }

    func becameReady(_: Epoll.Interest) {
        while true {
            let number = clinux_accept(socket.rawValue)
            // EAGAIN, a client that is gone already, or too many open files: the next turn tries again.
            guard number != -1 else { return }
            let accepted = Descriptor(owning: number)
            guard let source = IPAddress(bytes: ConnectingSocket.peerAddress(of: accepted)) else { continue }
            connections.open(accepted, from: source, for: self, service, forwarder)
        }
    }

    func deadlinePassed() {}
}
