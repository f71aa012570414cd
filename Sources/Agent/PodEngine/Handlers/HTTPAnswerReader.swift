/// As much of a server's answer as a probe looks at.
package struct HTTPAnswer: Sendable, Hashable {
    package var status: Int
    package var location: String?
    /// The beginning of the body.
    package var body: [UInt8] = []

    /// Where it sends the client, if it does.
    package var redirection: String? { [301, 302, 303, 307, 308].contains(status) ? location : nil }
}

/// An answer that is none of HTTP.
package struct MalformedAnswer: Error, CustomStringConvertible {
    package var description: String
}

/// Reads an answer of HTTP/1 (RFC 9112) piece by piece. A body counts as complete as soon as it is as long as anybody wants to
/// know, so that one without an end is no trouble. No I/O.
package struct HTTPAnswerReader {
    private enum Body {
        /// So many bytes are to come.
        case counted(Int)
        case chunked(ChunkReader)
        /// To the end of the connection.
        case open
    }

    /// More than any honest server sends.
    private static let headLimit = 64 << 10

    private let bodyLimit: Int
    private var head: [UInt8] = []
    private var answer: HTTPAnswer?
    private var body = Body.open

    package init(bodyLimit: Int) {
        self.bodyLimit = bodyLimit
    }

    /// Takes the next bytes; the answer when it is complete.
    package mutating func read(_ bytes: [UInt8]) throws(MalformedAnswer) -> HTTPAnswer? {
        if answer != nil { return try readBody(bytes[...]) }
        head += bytes
        while let end = Self.end(of: head) {
            let rest = head[end...]
            let (found, kind) = try Self.parse(head[..<end])
            // An interim answer (RFC 9110, 15.2) goes before the real one.
            guard !(100..<200).contains(found.status) || found.status == 101 else {
                head = Array(rest)
                continue
            }
            answer = found
            body = kind
            head = []
            return try readBody(rest)
        }
        guard head.count <= Self.headLimit else { throw MalformedAnswer(description: "the header is too long") }
        // Said at once, where waiting for an end would only be waiting for the time to be up.
        guard "HTTP/".utf8.elementsEqual(head.prefix(5)) || "HTTP/".utf8.starts(with: head) else {
            throw MalformedAnswer(description: "malformed HTTP response")
        }
        return nil
    }

    /// What the end of the connection makes of what has come.
    package mutating func finish() throws(MalformedAnswer) -> HTTPAnswer? {
        guard let answer else {
            throw MalformedAnswer(description: head.isEmpty ? "EOF" : "the connection ended before the header did")
        }
        guard case .open = body else { throw MalformedAnswer(description: "unexpected EOF") }
        return answer
    }

    private mutating func readBody(_ bytes: ArraySlice<UInt8>) throws(MalformedAnswer) -> HTTPAnswer? {
        var isComplete = false
        let room = bodyLimit - (answer?.body.count ?? 0)
        let taken: [UInt8]
        switch body {
        case .open:
            taken = Array(bytes.prefix(room))
        case .counted(let left):
            taken = Array(bytes.prefix(min(left, room)))
            body = .counted(max(0, left - bytes.count))
            isComplete = left <= bytes.count
        case .chunked(var reader):
            taken = try reader.read(bytes, atMost: room)
            body = .chunked(reader)
            isComplete = reader.isComplete
        }
        answer?.body += taken
        return isComplete || taken.count == room ? answer : nil
    }

    /// Behind the empty line that ends a header. Lines may end in a bare LF (RFC 9112, 2.2).
    private static func end(of head: [UInt8]) -> Int? {
        var lineIsEmpty = false
        for (index, byte) in head.enumerated() {
            if byte == 10 {
                if lineIsEmpty { return index + 1 }
                lineIsEmpty = true
            } else if byte != 13 {
                lineIsEmpty = false
            }
        }
        return nil
    }

    private static func parse(_ head: ArraySlice<UInt8>) throws(MalformedAnswer) -> (HTTPAnswer, Body) {
        let lines = head.split(separator: 10).map { line in
            String(decoding: line.last == 13 ? line.dropLast() : line, as: UTF8.self)
        }
        let words = (lines.first ?? "").split(separator: " ", maxSplits: 2)
        guard words.count >= 2, words[0].hasPrefix("HTTP/1."), words[1].utf8.count == 3, let status = Int(words[1]),
            status >= 100
        else { throw MalformedAnswer(description: "malformed HTTP response \"\((lines.first ?? "").prefix(64))\"") }
        var answer = HTTPAnswer(status: status)
        var length: Int?
        var isChunked = false
        for line in lines.dropFirst() {
            guard let colon = line.firstIndex(of: ":") else { continue }
            let value = line[line.index(after: colon)...].trimmingSpaces()
            switch line[..<colon].lowercased() {
            case "location": answer.location = value
            case "content-length":
                guard let number = Int(value), number >= 0 else {
                    throw MalformedAnswer(description: "bad Content-Length \"\(value.prefix(64))\"")
                }
                length = number
            case "transfer-encoding": isChunked = value.lowercased().hasSuffix("chunked")
            default: break
            }
        }
        if status == 204 || status == 304 { return (answer, .counted(0)) }
        return (answer, isChunked ? .chunked(ChunkReader()) : length.map(Body.counted) ?? .open)
    }
}

extension Substring {
    fileprivate func trimmingSpaces() -> String {
        var text = self.drop { $0 == " " || $0 == "\t" }
        while let last = text.last, last == " " || last == "\t" { text.removeLast() }
        return String(text)
    }
}
