import Glibc
import Linux

/// Cuts one output stream into CRI log entries, the same entries however the bytes arrive.
///
/// A line is kept until its newline comes, across any number of reads, and is one entry tagged `F`. A line of more than
/// 16 KiB becomes pieces of 16 KiB tagged `P` and a last one tagged `F`, as containerd does it. What is left at the end
/// of the stream without a newline is a line. Bytes are not looked at otherwise: they need not be UTF-8.
public struct LineAssembler: ~Copyable {
    /// The longest entry, in bytes of the container's output.
    public static let entryLimit = 16 * 1024
    /// The most that one read brings.
    public static let readLimit = 64 * 1024

    private let stream: LogStream
    /// The begun line, then the room for the next read behind it: a line is never copied to be completed.
    private let buffer: LazyBuffer
    private var pending = 0
    private var highest = 0

    public init(stream: LogStream) {
        self.stream = stream
        buffer = LazyBuffer(capacity: LineAssembler.entryLimit + LineAssembler.readLimit)
    }

    /// Where the next bytes of the stream belong; valid until the next call.
    public var room: UnsafeMutableRawBufferPointer {
        UnsafeMutableRawBufferPointer(rebasing: buffer.bytes[pending..<(pending + LineAssembler.readLimit)])
    }

    /// Takes the `count` bytes that were put at the start of `room` and gives the entries that they complete to
    /// `sink`.
    public mutating func consume<Sink: LogSink & ~Copyable>(
        _ count: Int,
        at time: Timestamp,
        into sink: inout Sink
    ) {
        guard count > 0, let base = buffer.bytes.baseAddress else { return }
        let end = pending + count
        var lineStart = 0
        var unseen = pending
        sink.begin(stream, at: time)
        while true {
            let newline = memchr(base + unseen, Int32(UInt8(ascii: "\n")), end - unseen)
            let lineEnd = newline.map { UnsafeRawPointer($0) - UnsafeRawPointer(base) } ?? end
            while lineEnd - lineStart > LineAssembler.entryLimit {
                sink.append(base + lineStart, count: LineAssembler.entryLimit, isWholeLine: false)
                lineStart += LineAssembler.entryLimit
            }
            guard newline != nil else { break }
            sink.append(base + lineStart, count: lineEnd - lineStart, isWholeLine: true)
            lineStart = lineEnd + 1
            unseen = lineStart
            if unseen == end { break }
        }
        pending = end - lineStart
        highest = max(highest, end)
        if lineStart > 0 && pending > 0 { memmove(base, base + lineStart, pending) }
    }

    /// The stream is at its end: what is left of it becomes an entry.
    public mutating func finish<Sink: LogSink & ~Copyable>(at time: Timestamp, into sink: inout Sink) {
        guard pending > 0, let base = buffer.bytes.baseAddress else { return }
        sink.begin(stream, at: time)
        sink.append(base, count: pending, isWholeLine: true)
        pending = 0
    }

    /// Whether pages are held that an idle monitor should give back.
    var holdsPages: Bool { highest > max(pending, 4096) }

    /// Gives all pages back that hold no begun line.
    mutating func releasePages() {
        buffer.release(keeping: pending)
        highest = pending
    }
}
