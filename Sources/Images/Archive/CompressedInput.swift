/// The compressed side of a decompressor: a buffer over a source that counts what went by.
///
/// Belongs to one thread.
final class CompressedInput {
    private let source: any ByteSource
    private let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 256 * 1024, alignment: 64)
    private var start = 0
    private var end = 0
    private var atEnd = false
    /// How many bytes were consumed.
    private(set) var consumed: Int64 = 0

    init(_ source: any ByteSource) {
        self.source = source
    }

    deinit {
        buffer.deallocate()
    }

    /// What is read and not consumed; valid until the next call.
    var available: UnsafeRawBufferPointer { UnsafeRawBufferPointer(rebasing: buffer[start..<end]) }

    /// Makes at least one byte available; false at the end.
    func fill() throws -> Bool {
        if start < end { return true }
        guard !atEnd else { return false }
        start = 0
        end = try source.read(into: buffer)
        atEnd = end == 0
        return !atEnd
    }

    func consume(_ count: Int) {
        start += count
        consumed += Int64(count)
    }

    /// The first bytes, which stay available; fewer at the end of the stream.
    func peek(_ count: Int) throws -> [UInt8] {
        while end - start < count, !atEnd {
            let got = try source.read(into: UnsafeMutableRawBufferPointer(rebasing: buffer[end...]))
            atEnd = got == 0
            end += got
        }
        return Array(available.prefix(count))
    }
}
