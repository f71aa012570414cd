import Glibc
import Linux

/// Log entries that are written with one call: CRI lines one behind the other.
public struct LogBatch: ~Copyable, LogSink {
    /// `<time> <stream> <F or P> `, the same for all entries of one read except for the tag.
    private static let prefixLength = LogClock.length + 10
    private static let tagOffset = LogClock.length + 8

    private let buffer: LazyBuffer
    private let prefix: LazyBuffer
    private let write: (UnsafeRawBufferPointer) -> Void
    private var clock = LogClock()
    private var count = 0
    private var highest = 0

    /// `write` gets whole entries, never a part of one.
    public init(write: @escaping (UnsafeRawBufferPointer) -> Void) {
        // A full read of 100-byte lines grows by 40 % on its way into the log and shall still be one write.
        buffer = LazyBuffer(capacity: 160 * 1024)
        prefix = LazyBuffer(capacity: 4096)
        self.write = write
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
        if count + LogBatch.prefixLength + length + 1 > buffer.bytes.count { flush() }
        guard let base = buffer.bytes.baseAddress, let head = prefix.bytes.baseAddress else { return }
        let target = base + count
        memcpy(target, head, LogBatch.prefixLength)
        target.storeBytes(of: UInt8(ascii: isWholeLine ? "F" : "P"), toByteOffset: LogBatch.tagOffset, as: UInt8.self)
        memcpy(target + LogBatch.prefixLength, start, length)
        target.storeBytes(of: UInt8(ascii: "\n"), toByteOffset: LogBatch.prefixLength + length, as: UInt8.self)
        count += LogBatch.prefixLength + length + 1
    }

    /// Writes what was added.
    public mutating func flush() {
        if count > 0 { write(UnsafeRawBufferPointer(rebasing: buffer.bytes[..<count])) }
        highest = max(highest, count)
        count = 0
    }

    /// Whether pages are held that an idle monitor should give back.
    var holdsPages: Bool { highest > 4096 }

    /// Gives the buffer's pages back.
    mutating func releasePages() {
        buffer.release(keeping: count)
        highest = 0
    }
}
