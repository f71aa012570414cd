import Glibc

/// Entries that wait for the journal, the oldest first, in memory that is given back when they are gone.
struct JournalBacklog: ~Copyable {
    /// The most that is kept: some thousands of lines for a journal that is busy, and no more than that for one that hangs.
    static let capacity = 1 << 20
    /// The kind and the length, 32 bits each, in front of an entry's bytes.
    private static let headerLength = 8

    private let buffer: LazyBuffer
    private var head = 0
    private var tail = 0
    private var highest = 0

    init() {
        buffer = LazyBuffer(capacity: JournalBacklog.capacity)
    }

    var isEmpty: Bool { head == tail }

    /// Whether there is so much room that taking entries again is worth it.
    var isHalfEmpty: Bool { tail - head <= JournalBacklog.capacity / 2 }

    /// Keeps an entry; false where there is no room for it.
    mutating func append(_ kind: JournalEntryKind, _ bytes: UnsafeRawBufferPointer) -> Bool {
        let length = JournalBacklog.headerLength + bytes.count
        guard tail - head + length <= JournalBacklog.capacity, let base = buffer.bytes.baseAddress else { return false }
        if tail + length > JournalBacklog.capacity {
            // Of a full buffer at least this much was sent: each byte is moved seldom.
            memmove(base, base + head, tail - head)
            tail -= head
            head = 0
        }
        base.storeBytes(of: kind.rawValue, toByteOffset: tail, as: UInt32.self)
        base.storeBytes(of: UInt32(bytes.count), toByteOffset: tail + 4, as: UInt32.self)
        if let source = bytes.baseAddress { memcpy(base + tail + JournalBacklog.headerLength, source, bytes.count) }
        tail += length
        highest = max(highest, tail)
        return true
    }

    /// The oldest entry; its bytes are valid until the next change.
    var first: (kind: JournalEntryKind, bytes: UnsafeRawBufferPointer)? {
        guard head < tail, let base = buffer.bytes.baseAddress else { return nil }
        let kind = JournalEntryKind(rawValue: base.loadUnaligned(fromByteOffset: head, as: UInt32.self))
        let count = Int(base.loadUnaligned(fromByteOffset: head + 4, as: UInt32.self))
        return (kind, UnsafeRawBufferPointer(start: base + head + JournalBacklog.headerLength, count: count))
    }

    /// Forgets the oldest entry.
    mutating func removeFirst() {
        guard let first else { return }
        head += JournalBacklog.headerLength + first.bytes.count
        if head == tail {
            head = 0
            tail = 0
        }
    }

    /// Whether pages are held that an idle monitor should give back.
    var holdsPages: Bool { highest > max(tail, 4096) }

    mutating func releasePages() {
        buffer.release(keeping: tail)
        highest = tail
    }
}
