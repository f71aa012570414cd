import Hashing
import Linux
import OCISpec

extension Digest {
    /// The digest of a file from its offset on, a piece at a time; `pass` sees every piece.
    package static func computing(
        _ algorithm: Algorithm,
        over file: borrowing Descriptor,
        pass: (UnsafeRawBufferPointer) throws -> Void = { _ in }
    ) throws -> Digest {
        var hash = StreamingHash(algorithm.function)
        try file.readPieces { piece in
            hash.update(piece)
            try pass(piece)
        }
        return Digest(algorithm: algorithm, hash: hash.finalize())
    }
}
