import Glibc
import Linux

/// A question and its answer, with one server.
protocol ServerExchange: AnyObject {
    var question: OutgoingQuestion { get }
    var descriptor: Int32 { get }
    /// What is waited for.
    var interest: Epoll.Interest { get }
    /// Goes on as far as it can; the answer when it is there. Throws where there will be none.
    func advance(_ ready: Epoll.Interest) throws(SystemError) -> [UInt8]?
}

/// Over UDP, from a port of its own: who wants to forge an answer has to guess it, RFC 5452 4.5.
final class DatagramExchange: ServerExchange {
    let question: OutgoingQuestion
    private let socket: Descriptor

    init(_ question: OutgoingQuestion, with server: SocketAddress) throws(SystemError) {
        self.question = question
        socket = try DatagramSocket.connect(to: server)
        try DatagramSocket.send(question.message, through: socket)
    }

    var descriptor: Int32 { socket.rawValue }
    var interest: Epoll.Interest { .readable }

    func advance(_: Epoll.Interest) throws(SystemError) -> [UInt8]? {
        try DatagramSocket.receive(atMost: 0xFFFF, from: socket)
    }
}

/// Over TCP.
final class StreamExchange: ServerExchange {
    let question: OutgoingQuestion
    private let socket: Descriptor
    private var output: ArraySlice<UInt8>
    private var input: [UInt8] = []

    init(_ question: OutgoingQuestion, with server: SocketAddress) throws(SystemError) {
        self.question = question
        let length = question.message.count
        output = ([UInt8(length >> 8), UInt8(length & 0xFF)] + question.message)[...]
        socket = try ConnectingSocket.make(for: server)
        try ConnectingSocket.beginConnecting(socket, to: server)
    }

    var descriptor: Int32 { socket.rawValue }
    var interest: Epoll.Interest { output.isEmpty ? .readable : .writable }

    func advance(_ ready: Epoll.Interest) throws(SystemError) -> [UInt8]? {
        if !output.isEmpty {
            try ConnectingSocket.checkConnected(socket)
            let number = socket.rawValue
            let rest = Array(output)
            let sent = send(number, rest, rest.count, Int32(MSG_NOSIGNAL) | Int32(MSG_DONTWAIT))
            if sent > 0 { output = output.dropFirst(sent) } else { try check("send") }
            return nil
        }
        var chunk = [UInt8](repeating: 0, count: 16 << 10)
        let got = recv(socket.rawValue, &chunk, chunk.count, Int32(MSG_DONTWAIT))
        if got < 0 {
            try check("recv")
            return nil
        }
        guard got > 0 else { throw SystemError(call: "recv", errno: ECONNRESET, subject: "a server that closes early") }
        input += chunk[..<got]
        guard input.count >= 2 else { return nil }
        let length = Int(input[0]) << 8 | Int(input[1])
        return input.count >= 2 + length ? Array(input[2..<2 + length]) : nil
    }

    private func check(_ call: String) throws(SystemError) {
        let code = errno
        if code != EAGAIN && code != EINTR { throw SystemError(call: call, errno: code, subject: "fd \(socket.rawValue)") }
    }
}
