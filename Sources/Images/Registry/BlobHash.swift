import Hashing
import OCISpec

extension Digest.Algorithm {
    /// The hash function behind the name.
    package var function: StreamingHash.Function {
        switch self {
        case .sha256: .sha256
        case .sha512: .sha512
        }
    }
}

extension Digest {
    /// The digest of bytes in memory.
    package static func computing(_ algorithm: Algorithm, over bytes: [UInt8]) -> Digest {
        var hash = StreamingHash(algorithm.function)
        bytes.withUnsafeBytes { hash.update($0) }
        return Digest(algorithm: algorithm, hash: hash.finalize())
    }
}
