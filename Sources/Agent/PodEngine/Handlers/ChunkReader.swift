/// Takes a body out of its chunks (RFC 9112, 7.1). No I/O.
struct ChunkReader {
    private enum State {
        /// In the line that says how long the next chunk is.
        case size([UInt8])
        case data(left: Int)
        /// In the line end behind a chunk's data.
        case dataEnd
        /// In the lines behind the last chunk; how long the present one is.
        case trailer(lineLength: Int)
        case complete
    }

    private static let lineLimit = 4096
    private var state = State.size([])

    var isComplete: Bool {
        if case .complete = state { true } else { false }
    }

    /// Takes the next bytes; what of the body was in them, and no more than so much.
    mutating func read(_ bytes: ArraySlice<UInt8>, atMost limit: Int) throws(MalformedAnswer) -> [UInt8] {
        var body: [UInt8] = []
        var rest = bytes
        while let byte = rest.first {
            switch state {
            case .data(let left):
                let taken = rest.prefix(left)
                body += taken.prefix(limit - body.count)
                rest = rest.dropFirst(taken.count)
                state = taken.count == left ? .dataEnd : .data(left: left - taken.count)
                continue
            case .size(let line):
                if byte == 10 {
                    let size = try Self.size(line)
                    state = size == 0 ? .trailer(lineLength: 0) : .data(left: size)
                } else {
                    guard line.count < Self.lineLimit else { throw MalformedAnswer(description: "a chunk's line is too long") }
                    state = .size(line + [byte])
                }
            case .dataEnd:
                if byte == 10 {
                    state = .size([])
                } else if byte != 13 {
                    throw MalformedAnswer(description: "a chunk is longer than it says")
                }
            case .trailer(let length):
                if byte == 10 {
                    state = length == 0 ? .complete : .trailer(lineLength: 0)
                } else if byte != 13 {
                    state = .trailer(lineLength: length + 1)
                }
            case .complete:
                return body
            }
            rest = rest.dropFirst()
        }
        return body
    }

    private static func size(_ line: [UInt8]) throws(MalformedAnswer) -> Int {
        let digits = line.prefix { $0 != UInt8(ascii: ";") && $0 != 13 && $0 != 32 && $0 != 9 }
        let text = String(decoding: digits, as: UTF8.self)
        guard text.utf8.first != UInt8(ascii: "+"), let size = Int(text, radix: 16), size >= 0 else {
            throw MalformedAnswer(description: "bad length of a chunk")
        }
        return size
    }
}
