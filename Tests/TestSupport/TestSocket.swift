import Glibc
import Linux
import NetworkSpec

/// A socket of the calling thread's network namespace, for the tests of traffic. It stays there whatever thread uses it.
public final class TestSocket: Sendable {
    public let number: Int32

    private init(_ kind: __socket_type, _ family: IPAddress.Family) throws {
        number = Glibc.socket(
            family == .v4 ? AF_INET : AF_INET6,
            Int32(kind.rawValue) | Int32(SOCK_CLOEXEC.rawValue),
            0
        )
        guard number >= 0 else { throw SystemError.last("socket") }
        // What does not come at all must not hang the test.
        var limit = timeval(tv_sec: 2, tv_usec: 0)
        for option in [SO_RCVTIMEO, SO_SNDTIMEO] {
            _ = setsockopt(number, SOL_SOCKET, option, &limit, socklen_t(MemoryLayout<timeval>.size))
        }
        var one: Int32 = 1
        _ = setsockopt(number, SOL_SOCKET, SO_REUSEADDR, &one, socklen_t(MemoryLayout<Int32>.size))
    }

    private init(owning number: Int32) { self.number = number }

    deinit { _ = Glibc.close(number) }

    /// A listener on all addresses, or on one.
    public static func listener(port: UInt16, address: String = "0.0.0.0") throws -> TestSocket {
        let address = try ip(address)
        let socket = try TestSocket(SOCK_STREAM, address.family)
        guard withSocketAddress(address, port, { bind(socket.number, $0, $1) }) == 0, listen(socket.number, 16) == 0
        else { throw SystemError.last("listen", "\(port)") }
        return socket
    }

    /// A connection, or an error after two seconds.
    public static func connection(to address: String, port: UInt16) throws -> TestSocket {
        let address = try ip(address)
        let socket = try TestSocket(SOCK_STREAM, address.family)
        guard withSocketAddress(address, port, { connect(socket.number, $0, $1) }) == 0 else {
            throw SystemError.last("connect", "\(address):\(port)")
        }
        return socket
    }

    /// A socket of UDP; port 0 lets the kernel choose.
    public static func datagram(port: UInt16 = 0) throws -> TestSocket {
        let socket = try TestSocket(SOCK_DGRAM, .v4)
        guard withSocketAddress(try ip("0.0.0.0"), port, { bind(socket.number, $0, $1) }) == 0 else {
            throw SystemError.last("bind", "\(port)")
        }
        return socket
    }

    /// Takes a connection; the peer's address with it.
    public func accept() throws -> (socket: TestSocket, peer: String) {
        var storage = sockaddr_in()
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let result = withUnsafeMutablePointer(to: &storage) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { Glibc.accept(number, $0, &length) }
        }
        guard result >= 0 else { throw SystemError.last("accept") }
        return (TestSocket(owning: result), Self.address(of: storage))
    }

    public func send(_ text: String) throws {
        let bytes = Array(text.utf8)
        guard Glibc.send(number, bytes, bytes.count, Int32(MSG_NOSIGNAL)) == bytes.count else {
            throw SystemError.last("send")
        }
    }

    public func send(_ text: String, to address: String, port: UInt16) throws {
        let bytes = Array(text.utf8)
        let sent = Self.withSocketAddress(try Self.ip(address), port) {
            sendto(number, bytes, bytes.count, 0, $0, $1)
        }
        guard sent == bytes.count else { throw SystemError.last("sendto", "\(address):\(port)") }
    }

    /// What arrives next, and from where; nil when nothing does.
    public func receive() -> (text: String, peer: String, port: UInt16)? {
        var buffer = [UInt8](repeating: 0, count: 2048)
        var storage = sockaddr_in()
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let count = withUnsafeMutablePointer(to: &storage) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                recvfrom(number, &buffer, buffer.count, 0, $0, &length)
            }
        }
        guard count >= 0 else { return nil }
        return (
            String(decoding: buffer[..<count], as: UTF8.self), Self.address(of: storage), storage.sin_port.bigEndian
        )
    }

    private static func address(of storage: sockaddr_in) -> String {
        "\(IPv4Address(bits: storage.sin_addr.s_addr.bigEndian))"
    }

    private static func ip(_ text: String) throws -> IPAddress {
        guard let address = IPAddress(text) else { throw SystemError(call: "inet_pton", errno: EINVAL, subject: text) }
        return address
    }

    private static func withSocketAddress<Result>(
        _ address: IPAddress,
        _ port: UInt16,
        _ body: (UnsafePointer<sockaddr>, socklen_t) -> Result
    ) -> Result {
        if address.family == .v4 {
            var four = sockaddr_in()
            four.sin_family = sa_family_t(AF_INET)
            four.sin_port = port.bigEndian
            withUnsafeMutableBytes(of: &four.sin_addr) { $0.copyBytes(from: address.bytes) }
            return withUnsafePointer(to: four) {
                $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { body($0, 16) }
            }
        }
        var six = sockaddr_in6()
        six.sin6_family = sa_family_t(AF_INET6)
        six.sin6_port = port.bigEndian
        withUnsafeMutableBytes(of: &six.sin6_addr) { $0.copyBytes(from: address.bytes) }
        return withUnsafePointer(to: six) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { body($0, 28) }
        }
    }
}
