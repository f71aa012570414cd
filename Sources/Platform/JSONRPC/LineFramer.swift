/// Cuts a stream of bytes into lines, however the bytes arrive.
///
/// A line ends with `\n`; a `\r` before it is dropped; empty lines are skipped. Past `limit` bytes without an end the
/// framer throws and keeps nothing: the stream has lost its place, and its owner closes it.
public struct LineFramer: Sendable {
    /// A line is longer than the limit.
    public struct LineTooLong: Error, Sendable, Hashable {
        public var limit: Int
    }

    /// 4 MiB.
    public static let defaultLimit = 4 << 20

    public let limit: Int
    private var buffer: [UInt8] = []
    /// Where the line that is being collected starts.
    private var start = 0
    /// Up to where a newline has been looked for: no byte is looked at twice.
    private var searched = 0

    public init(limit: Int = LineFramer.defaultLimit) {
        self.limit = limit
    }

    /// How many bytes wait for the end of their line.
    public var pendingCount: Int { buffer.count - start }

    /// Takes the next piece of the stream.
    public mutating func append(_ bytes: some Sequence<UInt8>) {
        if start > 0 {
            buffer.removeSubrange(..<start)
            searched -= start
            start = 0
        }
        buffer.append(contentsOf: bytes)
    }

    /// The next whole line without its end, nil where more bytes are needed. After a throw nothing is kept.
    public mutating func next() throws(LineTooLong) -> [UInt8]? {
        while true {
            let end = buffer.withUnsafeBufferPointer { bytes in
                bytes[searched...].firstIndex(of: UInt8(ascii: "\n"))
            }
            guard let end else {
                searched = buffer.count
                if pendingCount > limit { throw fail() }
                return nil
            }
            var line = buffer[start..<end]
            start = end + 1
            searched = start
            if line.last == UInt8(ascii: "\r") { line.removeLast() }
            if line.count > limit { throw fail() }
            if !line.isEmpty { return Array(line) }
        }
    }

    /// What is left when the stream has ended: a last line without a newline, nil where there is none.
    public mutating func finish() throws(LineTooLong) -> [UInt8]? {
        append([UInt8(ascii: "\n")])
        return try next()
    }

    private mutating func fail() -> LineTooLong {
        buffer = []
        start = 0
        searched = 0
        return LineTooLong(limit: limit)
    }
}
