import Glibc
import Linux

/// Log entries that are written with one call: CRI lines one behind the other.
public struct LogBatch: ~Copyable, LogSink {
    /// `<time> <stream> <F or P> `, the same for all entries of one read except for the tag.
    private static let prefixLength = LogClock.length + 10
    private static let tagOffset = LogClock.length + 8

    private let prefix: LazyBuffer
    private var entries: EntryBuffer
    private var clock = LogClock()

    /// `write` gets whole entries, never a part of one.
    public init(write: @escaping (UnsafeRawBufferPointer) -> Void) {
        // A full read of 100-byte lines grows by 40 % on its way into the log and shall still be one write.
        entries = EntryBuffer(capacity: 160 * 1024, write: write)
        prefix = LazyBuffer(capacity: 4096)
    }

    public mutating func begin(_ stream: LogStream, at time: Timestamp) {
        guard let start = prefix.bytes.baseAddress else { return }
        let bytes = start.assumingMemoryBound(to: UInt8.self)
        clock.write(time, to: bytes)
        bytes[LogClock.length] = UInt8(ascii: " ")
        memcpy(bytes + LogClock.length + 1, stream.name.utf8Start, 6)
        bytes[LogClock.length + 7] = UInt8(ascii: " ")
        bytes[LogClock.length + 9] = UInt8(ascii: " ")
    }

    @inline(__always)
    public mutating func append(_ start: UnsafeRawPointer, count length: Int, isWholeLine: Bool) {
        let size = LogBatch.prefixLength + length + 1
        guard let target = entries.begin(atMost: size), let head = prefix.bytes.baseAddress else { return }
        memcpy(target, head, LogBatch.prefixLength)
        target.storeBytes(of: UInt8(ascii: isWholeLine ? "F" : "P"), toByteOffset: LogBatch.tagOffset, as: UInt8.self)
        memcpy(target + LogBatch.prefixLength, start, length)
        target.storeBytes(of: UInt8(ascii: "\n"), toByteOffset: LogBatch.prefixLength + length, as: UInt8.self)
        entries.end(size)
    }

    /// Writes what was added.
    public mutating func flush() { entries.flush() }

    /// Whether pages are held that an idle monitor should give back.
    var holdsPages: Bool { entries.holdsPages }

    /// Gives the buffer's pages back.
    mutating func releasePages() { entries.releasePages() }
}
