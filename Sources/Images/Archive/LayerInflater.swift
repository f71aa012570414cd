/// Takes the compression off a layer: gzip, zstd or none, told by the first bytes.
public enum LayerInflater {
    /// Passes the archive on in pieces. Blocks the thread. Throws `ArchiveError` for damage and for more than the limits allow.
    public static func inflate(
        _ source: any ByteSource,
        limits: ExtractionLimits = ExtractionLimits(),
        _ write: (UnsafeRawBufferPointer) throws -> Void
    ) throws {
        let input = CompressedInput(source)
        var stream = try Decompression.stream(of: input)
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 256 << 10, alignment: 64)
        defer { buffer.deallocate() }
        var total: Int64 = 0
        while true {
            let count = try stream.read(into: buffer)
            if count == 0 { return }
            total += Int64(count)
            guard total <= limits.archiveBytes else {
                throw ArchiveError(.limitExceeded("more than \(limits.archiveBytes) bytes uncompressed"))
            }
            guard total <= limits.ratioFrom || total / max(1, input.consumed) <= limits.ratio else {
                throw ArchiveError(.limitExceeded("\(total) bytes out of \(input.consumed) compressed ones"))
            }
            try write(UnsafeRawBufferPointer(rebasing: buffer[..<count]))
        }
    }

    /// How a layer that begins with these bytes is compressed.
    public static func form(of beginning: some Collection<UInt8>) -> LayerCompressor.Form {
        if beginning.starts(with: [0x1F, 0x8B]) { return .gzip }
        return beginning.starts(with: [0x28, 0xB5, 0x2F, 0xFD]) ? .zstd : .none
    }
}
