import CZstd

/// Zstandard (RFC 8878) by libzstd; several frames behind each other are one stream.
final class ZstdStream: Decompression.Stream {
    private let input: CompressedInput
    private let context: OpaquePointer
    private var insideFrame = false
    private var pendingOutput = false

    init(_ input: CompressedInput) {
        self.input = input
        guard let context = ZSTD_createDCtx() else { preconditionFailure("out of memory") }
        // A frame may ask for any window; this is the most that zstd(1) accepts by itself, 128 MiB.
        _ = ZSTD_DCtx_setParameter(context, ZSTD_d_windowLogMax, 27)
        self.context = context
    }

    deinit {
        ZSTD_freeDCtx(context)
    }

    func read(into buffer: UnsafeMutableRawBufferPointer) throws -> Int {
        var output = ZSTD_outBuffer(dst: buffer.baseAddress, size: buffer.count, pos: 0)
        while output.pos < output.size {
            // libzstd may hold output that did not fit: it is asked for that before it gets more input.
            var source = ZSTD_inBuffer(src: nil, size: 0, pos: 0)
            if !pendingOutput {
                guard try input.fill() else {
                    if insideFrame { throw ArchiveError(.truncated) }
                    break
                }
                let available = input.available
                source = ZSTD_inBuffer(src: available.baseAddress, size: available.count, pos: 0)
            }
            let before = output.pos
            let result = ZSTD_decompressStream(context, &output, &source)
            guard ZSTD_isError(result) == 0 else {
                throw ArchiveError(.corrupt("zstd: \(String(cString: ZSTD_getErrorName(result)))"))
            }
            if source.size > 0 { input.consume(source.pos) }
            insideFrame = result != 0
            pendingOutput = output.pos == output.size && insideFrame
            if source.pos == 0 && output.pos == before && source.size > 0 {
                throw ArchiveError(.corrupt("zstd: no progress"))
            }
        }
        return output.pos
    }
}
