import Glibc
import Linux
import NetworkSpec

/// A TCP client: messages behind their lengths (RFC 1035 4.2.2), several of them under way at once.
final class StreamConnection: EventSource {
    private let socket: Descriptor
    private let source: IPAddress
    /// Gone, where its address is no longer served: then so is this.
    private weak var listener: StreamListener?
    private let service: NameService
    private let forwarder: Forwarder
    private let loop: EventLoop
    private var token: EventLoop.Token?
    private var onClose: (() -> Void)?

    private var input: [UInt8] = []
    private var output: [UInt8] = []
    /// Questions that others are asked.
    private var pending = 0
    private var hasEnded = false

    /// How long a client may say nothing while we owe it nothing.
    private static let patience = Duration.seconds(3)
    /// More than the servers outside may take, while we owe an answer.
    private static let longPatience = Duration.seconds(15)
    private static let pendingLimit = 16
    private static let outputLimit = 256 << 10

    init(
        _ socket: consuming Descriptor,
        _ source: IPAddress,
        _ listener: StreamListener,
        _ service: NameService,
        _ forwarder: Forwarder,
        _ loop: EventLoop
    ) {
        self.socket = socket
        self.source = source
        self.listener = listener
        self.service = service
        self.forwarder = forwarder
        self.loop = loop
    }

    /// - Parameter onClose: Called once, when the connection has ended.
    func begin(onClose: @escaping () -> Void) throws(SystemError) {
        token = try loop.add(self, descriptor: socket.rawValue)
        self.onClose = onClose
        rest()
    }

    func becameReady(_ ready: Epoll.Interest) {
        if ready.contains(.error) { return close() }
        if !output.isEmpty { flush() }
        if isReading && !ready.isDisjoint(with: [.readable, .hangUp]) { read() }
        update()
    }

    func deadlinePassed() { close() }

    private var isReading: Bool {
        !hasEnded && pending < StreamConnection.pendingLimit && output.count < StreamConnection.outputLimit
    }

    private func read() {
        var chunk = [UInt8](repeating: 0, count: 4096)
        let got = recv(socket.rawValue, &chunk, chunk.count, Int32(MSG_DONTWAIT))
        guard got > 0 else {
            // A client that has said all may still wait for answers: a half-closed connection.
            if got == 0 { hasEnded = true } else if errno != EAGAIN && errno != EINTR { close() }
            return
        }
        input += chunk[..<got]
        takeMessages()
    }

    private func takeMessages() {
        var start = 0
        while isReading, input.count - start >= 2 {
            let length = Int(input[start]) << 8 | Int(input[start + 1])
            // Nothing that short is a message: the client is out of step.
            guard length >= Query.headerSize else { return close() }
            guard input.count - start >= 2 + length else { break }
            let message = Array(input[start + 2..<start + 2 + length])
            start += 2 + length
            answer(message)
            rest()
        }
        input.removeFirst(start)
    }

    private func answer(_ message: [UInt8]) {
        guard let listener else { return close() }
        var length = 0
        let answer = [UInt8](unsafeUninitializedCapacity: 2 + 0xFFFF) { room, count in
            let outcome = message.withUnsafeBytes {
                service.answer(
                    $0,
                    from: source,
                    on: listener.network,
                    over: .stream,
                    in: UnsafeMutableRawBufferPointer(rebasing: UnsafeMutableRawBufferPointer(room)[2...])
                )
            }
            switch outcome {
            case .answered(let written):
                length = written
                room[0] = UInt8(written >> 8)
                room[1] = UInt8(written & 0xFF)
                count = written == 0 ? 0 : 2 + written
            case .forward(let query, let servers):
                forward(message, query, servers)
                count = 0
            }
        }
        if length > 0 { send(answer) }
    }

    private func forward(_ message: [UInt8], _ query: Query, _ servers: [IPAddress]) {
        pending += 1
        let question = Forwarder.Question(message: message, query: query, source: source, transport: .stream)
        forwarder.ask(question, servers) { [weak self] answer in
            guard let self else { return }
            pending -= 1
            guard token != nil else { return }
            if let answer { send([UInt8(answer.count >> 8), UInt8(answer.count & 0xFF)] + answer) }
            // What waited behind the limit.
            takeMessages()
            rest()
            update()
        }
    }

    private func send(_ bytes: [UInt8]) {
        output += bytes
        flush()
    }

    private func flush() {
        var sent = 0
        while sent < output.count {
            let count = output.withUnsafeBytes {
                Glibc.send(
                    socket.rawValue,
                    $0.baseAddress?.advanced(by: sent),
                    $0.count - sent,
                    Int32(MSG_NOSIGNAL) | Int32(MSG_DONTWAIT)
                )
            }
            if count > 0 {
                sent += count
            } else if errno == EAGAIN {
                break
            } else if errno != EINTR {
                return close()
            }
        }
        output.removeFirst(sent)
    }

    private func rest() {
        guard let token else { return }
        let patience = pending > 0 ? StreamConnection.longPatience : StreamConnection.patience
        loop.setDeadline(token, .now.advanced(by: patience))
    }

    private func update() {
        guard let token else { return }
        if hasEnded && pending == 0 && output.isEmpty { return close() }
        var interest: Epoll.Interest = []
        if isReading { interest.insert(.readable) }
        if !output.isEmpty { interest.insert(.writable) }
        do throws(SystemError) { try loop.modify(token, interest) } catch { close() }
    }

    private func close() {
        guard let token else { return }
        self.token = nil
        loop.remove(token)
        onClose?()
        onClose = nil
    }
}
