import CLinux
import Glibc
import Linux
import Synchronization

/// An HTTP server on loopback that answers as a test tells it, well or badly: bytes are written as they are.
public final class ScriptedServer: Sendable {
    /// A request without its body.
    public struct Request: Sendable {
        public var method: String
        public var path: String
        /// Names in lower case.
        public var headers: [String: String]
    }

    /// What is written, piece by piece; then the connection is closed.
    public struct Answer: Sendable {
        public var pieces: [[UInt8]]
        /// Held open after the pieces until the client goes.
        public var neverEnds = false

        public init(raw pieces: [[UInt8]], neverEnds: Bool = false) {
            self.pieces = pieces
            self.neverEnds = neverEnds
        }

        /// A proper answer; `announced` is the length that the header says.
        public init(
            _ status: Int,
            _ headers: [String: String] = [:],
            body: [UInt8] = [],
            announced: Int? = nil,
            neverEnds: Bool = false
        ) {
            var head = "HTTP/1.1 \(status) Status\r\n"
            for (name, value) in headers { head += "\(name): \(value)\r\n" }
            head += "Content-Length: \(announced ?? body.count)\r\nConnection: close\r\n\r\n"
            pieces = [Array(head.utf8), body]
            self.neverEnds = neverEnds
        }
    }

    /// Open for as long as the thread that accepts from it lives: its number is nobody else's until then.
    private final class Listener: Sendable {
        let descriptor: Descriptor

        init(descriptor: consuming Descriptor) {
            self.descriptor = descriptor
        }
    }

    public let port: UInt16
    public var address: String { "127.0.0.1:\(port)" }
    private let listener: Listener
    private let seen = Mutex<[Request]>([])
    private let handler: @Sendable (Request) -> Answer

    /// Starts it on a free port. `handler` is called on a thread for each connection.
    public init(_ handler: @escaping @Sendable (Request) -> Answer) throws {
        self.handler = handler
        let socket = Descriptor(
            owning: try retrying("socket") {
                Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
            }
        )
        let number = socket.rawValue
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        try withUnsafeMutablePointer(to: &address) { pointer in
            try pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                try retrying("bind") { bind(number, address, length) }
                try retrying("listen") { listen(number, 64) }
                try retrying("getsockname") { getsockname(number, address, &length) }
            }
        }
        port = UInt16(bigEndian: address.sin_port)
        let listener = Listener(descriptor: socket)
        self.listener = listener
        startThread(named: "server") { [weak self] in
            while true {
                let connection = accept(listener.descriptor.rawValue, nil, nil)
                guard connection >= 0, let self else {
                    if connection >= 0 { _ = Glibc.close(connection) }
                    return
                }
                startThread(named: "connection") { self.serve(Descriptor(owning: connection)) }
            }
        }
    }

    deinit {
        _ = shutdown(listener.descriptor.rawValue, Int32(SHUT_RDWR))
    }

    /// All requests so far.
    public var requests: [Request] { seen.withLock { $0 } }

    private func serve(_ connection: consuming Descriptor) {
        var text: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 4096)
        while !text.contains(sequence: [13, 10, 13, 10]) || !Self.holdsRequest(text) {
            let count = Glibc.read(connection.rawValue, &buffer, buffer.count)
            guard count > 0 else { return }
            text += buffer[..<count]
        }
        guard let request = Self.parse(String(decoding: text, as: UTF8.self)) else { return }
        seen.withLock { $0.append(request) }
        let answer = handler(request)
        for piece in answer.pieces where !(request.method == "HEAD" && piece != answer.pieces.first) {
            var rest = piece[...]
            while !rest.isEmpty {
                let chunk = Array(rest.prefix(65536))
                // A client that goes away is part of many tests: no SIGPIPE.
                let count = send(connection.rawValue, chunk, chunk.count, Int32(MSG_NOSIGNAL))
                guard count > 0 else { return }
                rest = rest.dropFirst(count)
            }
        }
        if answer.neverEnds { while Glibc.read(connection.rawValue, &buffer, buffer.count) > 0 {} }
    }

    /// Whether a client of HTTP/2 has said all: after the preface, a frame that ends its stream (RFC 9113, 3.4 and 6.1). One
    /// that is answered before does not always see that it has been (libcurl 7.88).
    private static func holdsRequest(_ bytes: [UInt8]) -> Bool {
        guard bytes.starts(with: Array("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".utf8)) else {
            return !bytes.starts(with: Array("PRI ".utf8))
        }
        var rest = bytes[24...]
        while rest.count >= 9 {
            let head = Array(rest.prefix(9))
            // DATA or HEADERS, with END_STREAM.
            if head[3] <= 1, head[4] & 1 != 0 { return true }
            rest = rest.dropFirst(9 + Int(head[0]) << 16 + Int(head[1]) << 8 + Int(head[2]))
        }
        return false
    }

    private static func parse(_ text: String) -> Request? {
        let lines = text.split(separator: "\r\n", omittingEmptySubsequences: false)
        let words = lines[0].split(separator: " ")
        guard words.count == 3 else { return nil }
        var headers: [String: String] = [:]
        for line in lines.dropFirst() {
            guard let colon = line.firstIndex(of: ":") else { continue }
            headers[line[..<colon].lowercased()] = String(line[line.index(after: colon)...].drop { $0 == " " })
        }
        return Request(method: String(words[0]), path: String(words[1]), headers: headers)
    }
}

extension [UInt8] {
    fileprivate func contains(sequence: [UInt8]) -> Bool {
        guard count >= sequence.count else { return false }
        return (0...(count - sequence.count)).contains { self[$0..<($0 + sequence.count)].elementsEqual(sequence) }
    }
}
