import AgentAPI
import Glibc
import Linux

/// A connection that has become a byte stream. Never blocks after its opening: who drives it waits with poll(2).
public final class StreamConnection {
    private let socket: Descriptor
    private var incoming: [UInt8]
    private var outgoing: [UInt8] = []

    private static let headLength = 6

    /// Opens what a ticket is for, over a connection that somebody has made to where the ticket is from.
    public init(_ endpoint: Endpoint, over socket: consuming Descriptor, _ ticket: StreamTicket) throws(Fault) {
        do throws(SystemError) {
            let request =
                "GET \(ticket.path) HTTP/1.1\r\nHost: \(endpoint.host)\r\n"
                + "Connection: Upgrade\r\nUpgrade: \(StreamTicket.upgrade)\r\n\r\n"
            try UnixSocket.send(Array(request.utf8), to: socket)
            incoming = try StreamConnection.head(of: socket)
            try socket.setNonBlocking(true)
        } catch {
            throw Fault(.notReady, "the stream cannot be opened: \(error)", reason: "AgentUnreachable")
        }
        self.socket = socket
        let end = incoming.firstRange(of: Array("\r\n\r\n".utf8))?.upperBound ?? incoming.endIndex
        let head = String(decoding: incoming[..<end], as: UTF8.self)
        incoming.removeSubrange(..<end)
        guard head.hasPrefix("HTTP/1.1 101 ") else {
            throw Fault(.notReady, "the agent did not open the stream: \(head.prefix { $0 != "\r\n" })", reason: "StreamRefused")
        }
    }

    /// For poll(2).
    public var descriptor: Int32 { socket.rawValue }
    /// Whether frames wait to be sent: poll for POLLOUT, and queue no more.
    public var isSending: Bool { !outgoing.isEmpty }

    /// Queues a frame and sends what the agent takes now.
    public func send(_ bytes: some Collection<UInt8>, on channel: UInt8) throws(Fault) {
        let length = UInt32(bytes.count)
        outgoing += [channel, 0] + (0..<4).map { UInt8(truncatingIfNeeded: length >> (24 - 8 * $0)) }
        outgoing += bytes
        try flush()
    }

    /// Says that nothing more comes on a channel.
    public func close(_ channel: UInt8) throws(Fault) {
        try send([channel], on: StreamFrame.Channel.close)
    }

    /// Sends what waits, as far as the agent takes it.
    public func flush() throws(Fault) {
        while !outgoing.isEmpty {
            let count = Glibc.send(socket.rawValue, outgoing, outgoing.count, Int32(MSG_NOSIGNAL))
            let code = errno
            if count > 0 {
                outgoing.removeFirst(count)
            } else if code == EAGAIN {
                return
            } else if code != EINTR {
                throw Self.gone
            }
        }
    }

    /// The frames that are there; nil when the agent has closed and all were taken.
    public func receive() throws(Fault) -> [StreamFrame]? {
        let isOpen = try fill()
        var frames: [StreamFrame] = []
        var start = 0
        while incoming.count - start >= Self.headLength {
            let length = incoming[(start + 2)..<(start + 6)].reduce(0) { $0 << 8 | Int($1) }
            guard length <= StreamFrame.limit else {
                throw Fault(.internalError, "the agent's frame is longer than \(StreamFrame.limit) bytes")
            }
            let end = start + Self.headLength + length
            guard incoming.count >= end else { break }
            frames.append(StreamFrame(incoming[start], Array(incoming[(start + Self.headLength)..<end])))
            start = end
        }
        incoming.removeSubrange(..<start)
        return frames.isEmpty && !isOpen ? nil : frames
    }

    /// Reads what there is; false at the end.
    private func fill() throws(Fault) -> Bool {
        while true {
            let number = socket.rawValue
            var code: Int32 = 0
            let bytes = [UInt8](unsafeUninitializedCapacity: 256 << 10) { buffer, count in
                let got = recv(number, buffer.baseAddress, buffer.count, 0)
                code = got == -1 ? errno : 0
                count = max(0, got)
            }
            if code == EINTR { continue }
            if code == EAGAIN { return true }
            if code == ECONNRESET || (code == 0 && bytes.isEmpty) { return false }
            guard code == 0 else { throw Self.gone }
            // No more than that at once: whoever takes the frames decides how fast they come.
            incoming += bytes
            return true
        }
    }

    /// Up to the end of the head, and maybe a little more.
    private static func head(of socket: borrowing Descriptor) throws(SystemError) -> [UInt8] {
        var bytes: [UInt8] = []
        let number = socket.rawValue
        while bytes.firstRange(of: Array("\r\n\r\n".utf8)) == nil, bytes.count < 64 << 10 {
            var piece = [UInt8](repeating: 0, count: 4096)
            let count = try retrying("recv") { recv(number, &piece, piece.count, 0) }
            if count == 0 { break }
            bytes += piece[..<count]
        }
        return bytes
    }

    private static var gone: Fault {
        Fault(.notReady, "the connection to the agent broke", reason: "AgentGone")
    }
}
