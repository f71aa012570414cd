import CLinux
import Glibc

/// Sockets of the Unix domain, unix(7): stream sockets where nothing else is said.
public enum UnixSocket {
    /// connect(2) to a socket's path.
    public static func connect(_ path: String) throws(SystemError) -> Descriptor {
        let socket = try make()
        let number = socket.rawValue
        try withAddress(path) { address, length throws(SystemError) in
            try retrying("connect", path) { Glibc.connect(number, address, length) }
        }
        return socket
    }

    /// A datagram socket, non-blocking, that is connected to the one at a path: what is sent goes there, and it becomes
    /// writable again when the receiver has read.
    public static func connectDatagram(_ path: String) throws(SystemError) -> Descriptor {
        try connectNonBlocking(path, SOCK_DGRAM)
    }

    /// A socket that keeps the borders of packets (SOCK_SEQPACKET), non-blocking, connected to the one at a path.
    public static func connectPackets(_ path: String) throws(SystemError) -> Descriptor {
        try connectNonBlocking(path, SOCK_SEQPACKET)
    }

    private static func connectNonBlocking(_ path: String, _ kind: __socket_type) throws(SystemError) -> Descriptor {
        let socket = try make(kind, SOCK_NONBLOCK)
        let number = socket.rawValue
        try withAddress(path) { address, length throws(SystemError) in
            try retrying("connect", path) { Glibc.connect(number, address, length) }
        }
        return socket
    }

    /// bind(2) to a path that does not exist yet. Nobody but the owner may connect until the mode is changed; the socket
    /// does not listen yet.
    public static func bind(_ path: String) throws(SystemError) -> Descriptor {
        let socket = try make()
        try bind(socket, to: path, mode: 0o600)
        return socket
    }

    /// The same with a non-blocking socket of another kind.
    ///
    /// - Parameter mode: of the socket's file, less the umask.
    public static func bindNonBlocking(
        _ path: String,
        _ kind: __socket_type,
        mode: mode_t
    ) throws(SystemError) -> Descriptor {
        let socket = try make(kind, SOCK_NONBLOCK)
        try bind(socket, to: path, mode: mode)
        return socket
    }

    private static func bind(_ socket: borrowing Descriptor, to path: String, mode: mode_t) throws(SystemError) {
        let number = socket.rawValue
        // The file gets the mode of the socket (less the umask), so that it is never open to more than it says.
        try retrying("fchmod", path) { fchmod(number, mode) }
        try withAddress(path) { address, length throws(SystemError) in
            try retrying("bind", path) { Glibc.bind(number, address, length) }
        }
    }

    /// shutdown(2) of the sending half: the peer reads to an end and may still answer.
    public static func finishSending(_ socket: borrowing Descriptor) throws(SystemError) {
        let number = socket.rawValue
        try retrying("shutdown", "fd \(number)") { shutdown(number, Int32(SHUT_WR)) }
    }

    /// send(2) without SIGPIPE: a peer that is gone is EPIPE.
    public static func send(_ bytes: [UInt8], to socket: borrowing Descriptor) throws(SystemError) {
        let number = socket.rawValue
        var sent = 0
        while sent < bytes.count {
            let from = sent
            sent += try retrying("send", "fd \(number)") {
                bytes.withUnsafeBytes {
                    Glibc.send(number, $0.baseAddress?.advanced(by: from), $0.count - from, Int32(MSG_NOSIGNAL))
                }
            }
        }
    }

    /// Waits until there is something to read; false where the time is up first.
    public static func waitUntilReadable(
        _ socket: borrowing Descriptor,
        atMost timeout: Duration
    ) throws(SystemError) -> Bool {
        var entry = pollfd(fd: socket.rawValue, events: Int16(POLLIN), revents: 0)
        let (seconds, attoseconds) = timeout.components
        let milliseconds = max(0, seconds * 1000 + attoseconds / 1_000_000_000_000_000)
        return try retrying("poll") { poll(&entry, 1, Int32(clamping: milliseconds)) } > 0
    }

    private static func make(
        _ kind: __socket_type = SOCK_STREAM,
        _ flags: __socket_type = __socket_type(rawValue: 0)
    ) throws(SystemError) -> Descriptor {
        let type = Int32(kind.rawValue | flags.rawValue | SOCK_CLOEXEC.rawValue)
        return Descriptor(owning: try retrying("socket") { socket(AF_UNIX, type, 0) })
    }

    /// Calls with a `sockaddr_un`. A path longer than 107 bytes does not fit one: ENAMETOOLONG.
    private static func withAddress(
        _ path: String,
        _ body: (UnsafePointer<sockaddr>, socklen_t) throws(SystemError) -> Void
    ) throws(SystemError) {
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        let bytes = Array(path.utf8)
        let capacity = MemoryLayout.size(ofValue: address.sun_path)
        guard bytes.count < capacity, !bytes.isEmpty, !bytes.contains(0) else {
            throw SystemError(call: "connect", errno: ENAMETOOLONG, subject: path)
        }
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: bytes) }
        var failure: SystemError?
        withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { pointer in
                do throws(SystemError) {
                    try body(pointer, socklen_t(MemoryLayout<sockaddr_un>.size))
                } catch {
                    failure = error
                }
            }
        }
        if let failure { throw failure }
    }
}
