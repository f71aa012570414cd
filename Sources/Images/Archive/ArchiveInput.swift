/// The uncompressed bytes of an archive, taken in whatever portions a reader needs.
///
/// Belongs to one thread.
public final class ArchiveInput {
    private let nextChunk: () throws -> UnsafeRawBufferPointer?
    private var chunk = UnsafeRawBufferPointer(start: nil, count: 0)

    /// Creates an input over chunks; each stays valid until the next one is asked for, nil is the end.
    public init(_ nextChunk: @escaping () throws -> UnsafeRawBufferPointer?) {
        self.nextChunk = nextChunk
    }

    /// Makes at least one byte available; false at the end.
    private func fill() throws -> Bool {
        while chunk.isEmpty {
            guard let next = try nextChunk() else { return false }
            chunk = next
        }
        return true
    }

    /// Whether nothing comes any more.
    func isAtEnd() throws -> Bool { try !fill() }

    /// Fills the buffer; false when the input is at its end already, an error when it ends within.
    func read(_ buffer: UnsafeMutableRawBufferPointer) throws -> Bool {
        var filled = 0
        while filled < buffer.count {
            guard try fill() else {
                if filled == 0 { return false }
                throw ArchiveError(.truncated)
            }
            let count = min(chunk.count, buffer.count - filled)
            UnsafeMutableRawBufferPointer(rebasing: buffer[filled...])
                .copyMemory(from: UnsafeRawBufferPointer(rebasing: chunk.prefix(count)))
            chunk = UnsafeRawBufferPointer(rebasing: chunk.dropFirst(count))
            filled += count
        }
        return true
    }

    /// Passes the next `count` bytes on in pieces, without copying them.
    func forEach(_ count: Int64, _ body: (UnsafeRawBufferPointer) throws -> Void) throws {
        var left = count
        while left > 0 {
            guard try fill() else { throw ArchiveError(.truncated) }
            let piece = Int(min(Int64(chunk.count), left))
            try body(UnsafeRawBufferPointer(rebasing: chunk.prefix(piece)))
            chunk = UnsafeRawBufferPointer(rebasing: chunk.dropFirst(piece))
            left -= Int64(piece)
        }
    }

    func skip(_ count: Int64) throws {
        try forEach(count) { _ in }
    }

    /// Reads to the end: the hash of an archive covers what is behind its last entry too.
    public func drain() throws {
        while try fill() { chunk = UnsafeRawBufferPointer(start: nil, count: 0) }
    }
}
