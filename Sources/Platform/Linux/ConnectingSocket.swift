import Glibc

/// A TCP socket that is made in one place and connected in another: it belongs to the network namespace that its thread was
/// in when it was made.
public enum ConnectingSocket {
    /// socket(2), non-blocking.
    public static func make(for address: SocketAddress) throws(SystemError) -> Descriptor {
        let type = Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue)
        return Descriptor(owning: try retrying("socket") { Glibc.socket(address.family, type, 0) })
    }

    /// Connects without blocking a thread. The descriptor must stay open meanwhile.
    ///
    /// Throws `CancellationError` on cancellation, and a `SystemError` where nobody listens.
    public static func connect(_ number: Int32, to address: SocketAddress) async throws {
        if try begin(number, address) { return }
        _ = try await EventThread.shared.wait(for: .writable, on: number, until: nil)
        try check(number, "\(address)")
    }

    /// Begins to connect. When the socket is writable, `checkConnected` says how it went.
    public static func beginConnecting(_ socket: borrowing Descriptor, to address: SocketAddress) throws(SystemError) {
        _ = try begin(socket.rawValue, address)
    }

    /// SO_ERROR: throws what hindered the connection.
    public static func checkConnected(_ socket: borrowing Descriptor) throws(SystemError) {
        try check(socket.rawValue, "fd \(socket.rawValue)")
    }

    /// True where the connection is there at once.
    private static func begin(_ number: Int32, _ address: SocketAddress) throws(SystemError) -> Bool {
        // Not repeated after EINTR: it goes on by itself (connect(2)).
        let result = address.withPointer { Glibc.connect(number, $0, $1) }
        let code = result == 0 ? 0 : errno
        guard code == 0 || code == EINPROGRESS || code == EINTR else {
            throw SystemError(call: "connect", errno: code, subject: address.description)
        }
        return code == 0
    }

    private static func check(_ number: Int32, _ subject: String) throws(SystemError) {
        var outcome: Int32 = 0
        var length = socklen_t(MemoryLayout<Int32>.size)
        try retrying("getsockopt", subject) { getsockopt(number, SOL_SOCKET, SO_ERROR, &outcome, &length) }
        if outcome != 0 { throw SystemError(call: "connect", errno: outcome, subject: subject) }
    }

    /// socket(2), bind(2) and listen(2). A port that was just given up may be taken again.
    public static func listen(on address: SocketAddress) throws(SystemError) -> Descriptor {
        let socket = try make(for: address)
        let number = socket.rawValue
        var on: Int32 = 1
        let size = socklen_t(MemoryLayout<Int32>.size)
        try retrying("setsockopt", "SO_REUSEADDR") { setsockopt(number, SOL_SOCKET, SO_REUSEADDR, &on, size) }
        try restrictToVersion6(number, address)
        try retrying("bind", "\(address)") { address.withPointer { Glibc.bind(number, $0, $1) } }
        try retrying("listen", "\(address)") { Glibc.listen(number, 64) }
        return socket
    }

    /// The address of a connected socket's peer, four or sixteen bytes in network order; none where it is gone.
    public static func peerAddress(of socket: borrowing Descriptor) -> [UInt8] {
        let number = socket.rawValue
        var address = sockaddr_in6()
        var length = socklen_t(MemoryLayout<sockaddr_in6>.size)
        let result = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { getpeername(number, $0, &length) }
        }
        guard result == 0 else { return [] }
        return withUnsafeBytes(of: address) { bytes in
            address.sin6_family == sa_family_t(AF_INET6) ? Array(bytes[8..<24]) : Array(bytes[4..<8])
        }
    }

    /// IPV6_V6ONLY: an IPv4 address is served by a socket of its own, so that both can have one port.
    static func restrictToVersion6(_ number: Int32, _ address: SocketAddress) throws(SystemError) {
        guard address.family == AF_INET6 else { return }
        var on: Int32 = 1
        try retrying("setsockopt", "IPV6_V6ONLY") {
            setsockopt(number, Int32(IPPROTO_IPV6), IPV6_V6ONLY, &on, socklen_t(MemoryLayout<Int32>.size))
        }
    }

    /// The port that a socket is bound to.
    public static func port(of socket: borrowing Descriptor) throws(SystemError) -> UInt16 {
        let number = socket.rawValue
        var address = sockaddr_in6()
        var length = socklen_t(MemoryLayout<sockaddr_in6>.size)
        try retrying("getsockname") {
            withUnsafeMutablePointer(to: &address) { pointer in
                pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { getsockname(number, $0, &length) }
            }
        }
        // The port is at the same place in both families.
        return UInt16(bigEndian: address.sin6_port)
    }
}
