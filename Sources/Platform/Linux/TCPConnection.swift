import Glibc

/// A TCP connection to a server; never blocks a thread. Closed when the last reference goes.
///
/// A wait that ends at its deadline throws a `SystemError` with ETIMEDOUT.
public final class TCPConnection: Sendable {
    private let socket: Descriptor
    private let address: SocketAddress

    private init(_ socket: consuming Descriptor, _ address: SocketAddress) {
        self.socket = socket
        self.address = address
    }

    /// Connects.
    public static func connect(to address: SocketAddress, until deadline: Monotonic?) async throws -> TCPConnection {
        let type = Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue)
        let socket = Descriptor(owning: try retrying("socket") { Glibc.socket(address.family, type, 0) })
        let connection = TCPConnection(socket, address)
        try await connection.connect(until: deadline)
        return connection
    }

    private func connect(until deadline: Monotonic?) async throws {
        let number = socket.rawValue
        // Not repeated after EINTR: it goes on by itself (connect(2)).
        let result = address.withPointer { Glibc.connect(number, $0, $1) }
        let code = result == 0 ? 0 : errno
        if code == 0 { return }
        guard code == EINPROGRESS || code == EINTR else { throw error("connect", code) }
        // To a neighbour on a bridge the handshake is over before connect(2) returns: the event thread is spared. A second
        // connect(2) tells how the first one ended, EALREADY that it has not.
        var next = again()
        while next == EALREADY {
            try await wait(for: .writable, "connect", until: deadline)
            next = again()
        }
        if next != 0 && next != EISCONN { throw error("connect", next) }
    }

    private func again() -> Int32 {
        let number = socket.rawValue
        return address.withPointer { Glibc.connect(number, $0, $1) } == 0 ? 0 : errno
    }

    /// Sends all bytes.
    public func send(_ bytes: [UInt8], until deadline: Monotonic?) async throws {
        let number = socket.rawValue
        var sent = 0
        while sent < bytes.count {
            let from = sent
            let count = bytes.withUnsafeBytes {
                Glibc.send(number, $0.baseAddress?.advanced(by: from), $0.count - from, Int32(MSG_NOSIGNAL))
            }
            let code = errno
            if count >= 0 {
                sent += count
            } else if code == EAGAIN {
                try await wait(for: .writable, "send", until: deadline)
            } else if code != EINTR {
                throw error("send", code)
            }
        }
    }

    /// Waits until there is something to receive: for those who know that it is not there yet.
    public func waitForBytes(until deadline: Monotonic?) async throws {
        try await wait(for: .readable, "recv", until: deadline)
    }

    /// The next bytes, at most `limit`; none at the end.
    public func receive(_ limit: Int, until deadline: Monotonic?) async throws -> [UInt8] {
        while true {
            let (bytes, code) = receiveNow(limit)
            if code == 0 { return bytes }
            if code == EAGAIN {
                try await wait(for: .readable, "recv", until: deadline)
            } else if code != EINTR {
                throw error("recv", code)
            }
        }
    }

    private func receiveNow(_ limit: Int) -> (bytes: [UInt8], errno: Int32) {
        let number = socket.rawValue
        var code: Int32 = 0
        let bytes = [UInt8](unsafeUninitializedCapacity: limit) { buffer, count in
            let got = recv(number, buffer.baseAddress, limit, 0)
            code = got == -1 ? errno : 0
            count = max(0, got)
        }
        return (bytes, code)
    }

    private func wait(for interest: Epoll.Interest, _ call: String, until deadline: Monotonic?) async throws {
        let isReady = try await EventThread.shared.wait(for: interest, on: socket.rawValue, until: deadline)
        if !isReady { throw error(call, ETIMEDOUT) }
    }

    private func error(_ call: String, _ code: Int32) -> SystemError {
        SystemError(call: call, errno: code, subject: address.description)
    }
}
