import CISAL
import CZstd
import Glibc
import Hashing
import Linux

/// Takes the bytes of a layer's archive and writes them into a file, compressed; hashes what goes in and what comes out.
///
/// The same bytes give the same file, as long as it is the same version of the compressing library on the same kind of
/// processor. Belongs to one thread.
public final class LayerCompressor {
    public enum Form: String, Sendable, CaseIterable {
        case none, gzip, zstd
    }

    /// What came out.
    public struct Result: Sendable, Hashable {
        /// SHA-256 of the archive: the layer's diff identifier.
        public var archiveHash: [UInt8]
        public var archiveBytes: Int64
        /// SHA-256 of the file.
        public var fileHash: [UInt8]
        public var fileBytes: Int64
    }

    private let file: Descriptor
    private let form: Form
    private var archiveHash: StreamingHash? = StreamingHash()
    private var fileHash: StreamingHash? = StreamingHash()
    private var archiveBytes: Int64 = 0
    private var fileBytes: Int64 = 0
    private let output = UnsafeMutableRawBufferPointer.allocate(byteCount: 256 << 10, alignment: 64)
    /// Small writes are gathered: a tar header is 512 bytes.
    private let gathered = UnsafeMutableRawBufferPointer.allocate(byteCount: 256 << 10, alignment: 64)
    private var filled = 0
    private var gzip: UnsafeMutablePointer<isal_zstream>?
    private var zstd: OpaquePointer?

    /// - Parameter file: empty, and open for writing.
    public init(_ file: consuming Descriptor, form: Form) {
        self.file = file
        self.form = form
        switch form {
        case .none: break
        case .gzip:
            guard let stream = cisal_deflate_new() else { preconditionFailure("out of memory") }
            gzip = stream
        case .zstd: zstd = ZSTD_createCCtx()
        }
    }

    deinit {
        output.deallocate()
        gathered.deallocate()
        if let gzip { cisal_deflate_free(gzip) }
        if let zstd { ZSTD_freeCCtx(zstd) }
    }

    public func write(_ bytes: UnsafeRawBufferPointer) throws {
        var rest = bytes
        while !rest.isEmpty {
            let count = min(rest.count, gathered.count - filled)
            UnsafeMutableRawBufferPointer(rebasing: gathered[filled...])
                .copyMemory(from: UnsafeRawBufferPointer(rebasing: rest.prefix(count)))
            filled += count
            rest = UnsafeRawBufferPointer(rebasing: rest.dropFirst(count))
            if filled == gathered.count { try flush(isLast: false) }
        }
    }

    /// Writes what is left. Call it once, at the end.
    public func finish() throws -> Result {
        try flush(isLast: true)
        return Result(
            archiveHash: Self.taken(&archiveHash),
            archiveBytes: archiveBytes,
            fileHash: Self.taken(&fileHash),
            fileBytes: fileBytes
        )
    }

    private static func taken(_ hash: inout StreamingHash?) -> [UInt8] {
        guard let hash = hash.take() else { preconditionFailure("finished twice") }
        return hash.finalize()
    }

    private func flush(isLast: Bool) throws {
        let input = UnsafeRawBufferPointer(rebasing: gathered[..<filled])
        archiveHash?.update(input)
        archiveBytes += Int64(filled)
        filled = 0
        switch form {
        case .none: try store(input)
        case .gzip: try deflate(input, isLast: isLast)
        case .zstd: try zstandard(input, isLast: isLast)
        }
    }

    private func deflate(_ input: UnsafeRawBufferPointer, isLast: Bool) throws {
        guard let gzip else { preconditionFailure("no stream") }
        var rest = input
        repeat {
            var (left, room) = (rest.count, output.count)
            let code = cisal_deflate(gzip, rest.baseAddress, &left, output.baseAddress, &room, isLast ? 1 : 0)
            guard code == COMP_OK else { throw ArchiveError(.corrupt("gzip: error \(code)")) }
            rest = UnsafeRawBufferPointer(rebasing: rest.dropFirst(rest.count - left))
            try store(UnsafeRawBufferPointer(rebasing: output[..<(output.count - room)]))
        } while isLast ? cisal_deflate_finished(gzip) == 0 : !rest.isEmpty
    }

    private func zstandard(_ input: UnsafeRawBufferPointer, isLast: Bool) throws {
        var source = ZSTD_inBuffer(src: input.baseAddress, size: input.count, pos: 0)
        while true {
            var target = ZSTD_outBuffer(dst: output.baseAddress, size: output.count, pos: 0)
            let left = ZSTD_compressStream2(zstd, &target, &source, isLast ? ZSTD_e_end : ZSTD_e_continue)
            guard ZSTD_isError(left) == 0 else { throw ArchiveError(.corrupt("zstd: error \(left)")) }
            try store(UnsafeRawBufferPointer(rebasing: output[..<target.pos]))
            if isLast ? left == 0 : source.pos == source.size { return }
        }
    }

    private func store(_ bytes: UnsafeRawBufferPointer) throws {
        if bytes.isEmpty { return }
        fileHash?.update(bytes)
        fileBytes += Int64(bytes.count)
        try file.writeAll(bytes)
    }
}
