import CCrypto

/// A hash that is computed while the bytes pass by (libcrypto's EVP_Digest…).
///
/// Not for use by two threads at once; may be handed from one to another.
public struct StreamingHash: ~Copyable, @unchecked Sendable {
    /// A hash function of FIPS 180-4.
    public enum Function: Sendable {
        case sha256
        case sha512

        fileprivate var implementation: OpaquePointer? {
            switch self {
            case .sha256: EVP_sha256()
            case .sha512: EVP_sha512()
            }
        }
    }

    private let context: OpaquePointer

    /// Creates a hash of nothing yet.
    public init(_ function: Function = .sha256) {
        // Both calls fail only when memory runs out or libcrypto is built without SHA-2.
        guard let context = EVP_MD_CTX_new(), EVP_DigestInit_ex(context, function.implementation, nil) == 1 else {
            preconditionFailure("libcrypto gives no \(function)")
        }
        self.context = context
    }

    deinit {
        EVP_MD_CTX_free(context)
    }

    /// Adds `bytes` to what is hashed.
    public mutating func update(_ bytes: UnsafeRawBufferPointer) {
        let result = EVP_DigestUpdate(context, bytes.baseAddress, bytes.count)
        precondition(result == 1, "EVP_DigestUpdate")
    }

    /// Returns the hash of everything that was added. The value is used up.
    public consuming func finalize() -> [UInt8] {
        [UInt8](unsafeUninitializedCapacity: Int(EVP_MAX_MD_SIZE)) { buffer, count in
            var length: UInt32 = 0
            let result = EVP_DigestFinal_ex(context, buffer.baseAddress, &length)
            precondition(result == 1, "EVP_DigestFinal_ex")
            count = Int(length)
        }
    }
}
