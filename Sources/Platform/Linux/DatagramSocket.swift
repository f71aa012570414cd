import CLinux
import Glibc

/// UDP sockets, udp(7); all of them non-blocking.
public enum DatagramSocket {
    /// socket(2) and bind(2).
    public static func bind(to address: SocketAddress) throws(SystemError) -> Descriptor {
        let socket = try make(for: address)
        let number = socket.rawValue
        try ConnectingSocket.restrictToVersion6(number, address)
        try retrying("bind", "\(address)") { address.withPointer { Glibc.bind(number, $0, $1) } }
        return socket
    }

    /// socket(2) and connect(2): from a port of the kernel's choice, and only what comes from that address is received. That
    /// nobody listens there is told by a later call, as ECONNREFUSED.
    public static func connect(to address: SocketAddress) throws(SystemError) -> Descriptor {
        let socket = try make(for: address)
        let number = socket.rawValue
        try retrying("connect", "\(address)") { address.withPointer { Glibc.connect(number, $0, $1) } }
        return socket
    }

    /// send(2) through a connected socket.
    public static func send(_ bytes: [UInt8], through socket: borrowing Descriptor) throws(SystemError) {
        let number = socket.rawValue
        try retrying("send", "fd \(number)") {
            bytes.withUnsafeBytes { Glibc.send(number, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
        }
    }

    /// The next datagram of a connected socket, cut at `limit` bytes; nil where none waits.
    public static func receive(atMost limit: Int, from socket: borrowing Descriptor) throws(SystemError) -> [UInt8]? {
        let number = socket.rawValue
        var code: Int32 = 0
        let bytes = [UInt8](unsafeUninitializedCapacity: limit) { buffer, count in
            var got = 0
            repeat {
                got = recv(number, buffer.baseAddress, limit, 0)
                code = got == -1 ? errno : 0
            } while code == EINTR
            count = max(0, got)
        }
        if code == EAGAIN { return nil }
        if code != 0 { throw SystemError(call: "recv", errno: code, subject: "fd \(number)") }
        return bytes
    }

    private static func make(for address: SocketAddress) throws(SystemError) -> Descriptor {
        let type = Int32(SOCK_DGRAM.rawValue | SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue)
        return Descriptor(owning: try retrying("socket") { Glibc.socket(address.family, type, 0) })
    }
}
