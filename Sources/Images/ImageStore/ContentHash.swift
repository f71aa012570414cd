import Hashing
import Linux
import OCISpec
import Registry

extension Digest {
    /// The digest of a file from its offset on, a piece at a time; `pass` sees every piece.
    static func computing(
        _ algorithm: Algorithm,
        over file: borrowing Descriptor,
        pass: (UnsafeRawBufferPointer) throws -> Void = { _ in }
    ) throws -> Digest {
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 256 * 1024, alignment: 64)
        defer { buffer.deallocate() }
        var hash = StreamingHash(algorithm.function)
        while true {
            let count = try file.read(into: buffer)
            if count == 0 { break }
            let piece = UnsafeRawBufferPointer(rebasing: buffer[..<count])
            hash.update(piece)
            try pass(piece)
        }
        return Digest(algorithm: algorithm, hash: hash.finalize())
    }
}
