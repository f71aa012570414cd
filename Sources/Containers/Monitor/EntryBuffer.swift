import Glibc

/// Log entries on their way to be written with one call.
struct EntryBuffer: ~Copyable {
    private let buffer: LazyBuffer
    private let write: (UnsafeRawBufferPointer) -> Void
    private var count = 0
    private var highest = 0

    /// - Parameter write: gets whole entries, never a part of one.
    init(capacity: Int, write: @escaping (UnsafeRawBufferPointer) -> Void) {
        buffer = LazyBuffer(capacity: capacity)
        self.write = write
    }

    /// Where the next entry goes, of which no more than `length` bytes may be written; others are written first where there is no room.
    @inline(__always)
    mutating func begin(atMost length: Int) -> UnsafeMutableRawPointer? {
        if count + length > buffer.bytes.count { flush() }
        return buffer.bytes.baseAddress.map { $0 + count }
    }

    /// The entry that was begun is as long as this.
    @inline(__always)
    mutating func end(_ length: Int) { count += length }

    /// Writes what was added.
    mutating func flush() {
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
