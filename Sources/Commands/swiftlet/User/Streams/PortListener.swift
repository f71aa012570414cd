import CLinux
import Glibc
import Linux

/// A TCP port of ours that somebody may connect to.
final class PortListener {
    let port: UInt16
    /// `127.0.0.1:8080`, `[::1]:8080`.
    let name: String
    private let number: Int32

    /// - Parameter port: 0 for any that is free.
    init(_ host: String, _ port: UInt16) throws(SystemError) {
        guard let address = SocketAddress(host, port: port) else {
            throw SystemError(call: "bind", errno: EINVAL, subject: host)
        }
        let socket = try ConnectingSocket.listen(on: address)
        self.port = try ConnectingSocket.port(of: socket)
        name = SocketAddress(host, port: self.port)?.description ?? host
        number = socket.release()
    }

    /// Gives each connection to a thread of its own, for ever.
    func serve(_ body: @escaping @Sendable (_ socket: Int32) -> Void) {
        let (number, port) = (number, port)
        startThread(named: "port-forward") {
            while true {
                var waiting = pollfd(fd: number, events: Int16(POLLIN), revents: 0)
                _ = poll(&waiting, 1, -1)
                let socket = clinux_accept(number)
                // The client has gone, or we have too many descriptors: the next one may fare better.
                guard socket >= 0 else { continue }
                Terminal.write("Handling connection for \(port)\n")
                startThread(named: "connection") {
                    body(socket)
                    close(socket)
                }
            }
        }
    }
}
