/// Reads a stream as it was before compression: gzip, zstd or neither, told apart by the first bytes.
///
/// The media type of a layer is not asked: registries hold many that are marked wrongly, and every other client looks
/// at the bytes too.
enum Decompression {
    /// Where uncompressed bytes come from.
    protocol Stream {
        /// Fills as much of the buffer as there is; 0 at the end.
        mutating func read(into buffer: UnsafeMutableRawBufferPointer) throws -> Int
    }

    static func stream(of input: CompressedInput) throws -> any Stream {
        let magic = try input.peek(4)
        if magic.starts(with: [0x1F, 0x8B]) { return GzipStream(input) }
        if magic.starts(with: [0x28, 0xB5, 0x2F, 0xFD]) || isSkippableFrame(magic) { return ZstdStream(input) }
        return PlainStream(input: input)
    }

    /// RFC 8878, 3.1.2: skippable frames are 0x184D2A50 to 0x184D2A5F, little-endian. zstd:chunked begins or ends so.
    private static func isSkippableFrame(_ magic: [UInt8]) -> Bool {
        magic.count == 4 && magic[0] & 0xF0 == 0x50 && magic[1...] == [0x2A, 0x4D, 0x18]
    }
}

/// Not compressed at all.
struct PlainStream: Decompression.Stream {
    let input: CompressedInput

    func read(into buffer: UnsafeMutableRawBufferPointer) throws -> Int {
        guard try input.fill() else { return 0 }
        let count = min(buffer.count, input.available.count)
        buffer.copyMemory(from: UnsafeRawBufferPointer(rebasing: input.available.prefix(count)))
        input.consume(count)
        return count
    }
}
