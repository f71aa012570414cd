import Hashing
import Linux

/// What came out of a layer.
public struct UnpackedLayer: Sendable, Hashable {
    /// The hash of the uncompressed archive: the layer's diff identifier.
    public var hash: [UInt8]
    /// Bytes of the uncompressed archive.
    public var archiveBytes: Int64
}

/// Inflates, hashes and extracts a layer, all at once.
public enum LayerUnpacker {
    /// What flows between the two threads: two megabytes.
    private static let bufferCount = 8
    private static let bufferSize = 256 * 1024

    /// Unpacks the compressed or plain archive from `source` into the empty folder `root`.
    ///
    /// Blocks the calling thread, which writes the files; a second thread inflates and hashes meanwhile. When it throws,
    /// `source` has been cancelled and the folder holds a part of the layer, which the caller removes.
    public static func unpack(
        _ source: any ByteSource,
        into root: consuming Descriptor,
        hashing function: StreamingHash.Function = .sha256,
        limits: ExtractionLimits = ExtractionLimits()
    ) throws -> UnpackedLayer {
        let pipe = BufferPipe(buffers: bufferCount, size: bufferSize)
        let inflater = Inflater(source: source, pipe: pipe, function: function, limits: limits)
        startThread(named: "inflate") { inflater.run() }
        do {
            let input = ArchiveInput { try pipe.next() }
            try LayerExtractor(root: root).extract(TarReader(input, limits: limits))
            try input.drain()
        } catch {
            source.cancel()
            pipe.closeAndWait()
            throw error
        }
        pipe.closeAndWait()
        return inflater.result
    }
}

/// The inflating thread.
private final class Inflater: @unchecked Sendable {
    private let source: any ByteSource
    private let pipe: BufferPipe
    private let function: StreamingHash.Function
    private let limits: ExtractionLimits
    /// Written by the thread before it finishes the pipe, read after that.
    private(set) var result = UnpackedLayer(hash: [], archiveBytes: 0)

    init(source: any ByteSource, pipe: BufferPipe, function: StreamingHash.Function, limits: ExtractionLimits) {
        self.source = source
        self.pipe = pipe
        self.function = function
        self.limits = limits
    }

    func run() {
        do {
            try inflate()
            pipe.finish(.success(()))
        } catch {
            pipe.finish(.failure(error))
        }
    }

    private func inflate() throws {
        let input = CompressedInput(source)
        var stream = try Decompression.stream(of: input)
        var hash = StreamingHash(function)
        var total: Int64 = 0
        while let buffer = pipe.takeFree() {
            let count: Int
            do {
                count = try stream.read(into: buffer)
            } catch {
                pipe.give(buffer, count: 0)
                throw error
            }
            hash.update(UnsafeRawBufferPointer(rebasing: buffer[..<count]))
            total += Int64(count)
            pipe.give(buffer, count: count)
            if count == 0 { break }
            try check(total, from: input.consumed)
        }
        result = UnpackedLayer(hash: hash.finalize(), archiveBytes: total)
    }

    private func check(_ total: Int64, from compressed: Int64) throws(ArchiveError) {
        guard total <= limits.archiveBytes else {
            throw ArchiveError(.limitExceeded("more than \(limits.archiveBytes) bytes uncompressed"))
        }
        guard total <= limits.ratioFrom || total / max(1, compressed) <= limits.ratio else {
            throw ArchiveError(.limitExceeded("\(total) bytes out of \(compressed) compressed ones"))
        }
    }
}
