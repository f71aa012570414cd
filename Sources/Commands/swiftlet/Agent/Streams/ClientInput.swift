import AgentAPI
import AgentServer
import JSONCoding
import Linux
import Synchronization

/// What a client sends to a process: input, its end, and the size of the terminal.
final class ClientInput: Sendable {
    /// What a terminal takes for the end of its input: EOT.
    private static let endOfTransmission: [UInt8] = [4]

    private let writer: Mutex<ByteWriter?>
    private let isTerminal: Bool
    /// The most bytes of one write.
    private let piece: Int
    private let resize: @Sendable (TerminalShape) -> Void

    init(
        writer: ByteWriter?,
        isTerminal: Bool,
        piece: Int = .max,
        resize: @escaping @Sendable (TerminalShape) -> Void
    ) {
        self.writer = Mutex(writer)
        self.isTerminal = isTerminal
        self.piece = piece
        self.resize = resize
    }

    convenience init(_ stream: MonitoredExecStream) {
        let terminal = stream.terminal
        self.init(writer: stream.input, isTerminal: terminal != nil) { shape in
            // A terminal that is gone has no size.
            try? terminal?.resize(width: shape.width, height: shape.height)
        }
    }

    /// Returns when the client is gone.
    func pump(_ client: StreamClient) async {
        while let frame = await client.receive() {
            switch frame.channel {
            case StreamFrame.Channel.input: await write(frame.bytes)
            case StreamFrame.Channel.resize:
                if let shape = TerminalShape(frame.bytes) { resize(shape) }
            case StreamFrame.Channel.close:
                if frame.closedChannel == StreamFrame.Channel.input { await end() }
            default: continue
            }
        }
    }

    private func write(_ bytes: [UInt8]) async {
        guard let writer = writer.withLock({ $0 }) else { return }
        do {
            var rest = bytes[...]
            while !rest.isEmpty {
                try await writer.write(Array(rest.prefix(piece)))
                rest = rest.dropFirst(piece)
            }
        } catch {
            // Nobody reads any more: the rest is thrown away, as a shell's pipe does.
            self.writer.withLock { $0 = nil }
        }
    }

    private func end() async {
        if isTerminal {
            await write(Self.endOfTransmission)
            return
        }
        // A socket has another half; a pipe ends with its last writer.
        let writer = writer.withLock { $0.take() }
        try? writer?.finishSending()
    }
}

/// The size of a terminal as Kubernetes' clients send it: `{"Width":80,"Height":24}`.
struct TerminalShape: Decodable, Sendable, Hashable {
    var width: Int
    var height: Int

    private enum CodingKeys: String, CodingKey {
        case width = "Width"
        case height = "Height"
    }

    /// Nil where it is none: kubectl's clients are not told either.
    init?(_ bytes: [UInt8]) {
        guard let shape = try? JSON.decode(TerminalShape.self, from: bytes),
            (0...65_535).contains(shape.width), (0...65_535).contains(shape.height)
        else { return nil }
        self = shape
    }
}
