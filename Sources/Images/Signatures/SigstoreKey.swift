import CCrypto
import JSONCoding

/// An ECDSA key on P-256, public or private, for signatures over SHA-256 as cosign makes them (libcrypto's EVP_PKEY).
public final class SigstoreKey: @unchecked Sendable {
    // Not changed once it is read; libcrypto's reads of a key need no lock.
    private let key: OpaquePointer

    private init(_ key: OpaquePointer) { self.key = key }

    deinit { EVP_PKEY_free(key) }

    /// A key that cannot be used.
    public struct Unusable: Error, Sendable, Hashable, CustomStringConvertible {
        public var description: String
    }

    /// Reads a public key in PEM (RFC 7468, `PUBLIC KEY`).
    public static func publicKey(_ pem: [UInt8]) throws(Unusable) -> SigstoreKey {
        let key = pem.withUnsafeBytes { bytes -> OpaquePointer? in
            guard let file = BIO_new_mem_buf(bytes.baseAddress, Int32(clamping: bytes.count)) else { return nil }
            defer { BIO_free(file) }
            return PEM_read_bio_PUBKEY(file, nil, nil, nil)
        }
        return try checked(key, "no public key in PEM")
    }

    /// Reads a private key in PEM (RFC 7468, `PRIVATE KEY` or `ENCRYPTED PRIVATE KEY`, PKCS #8).
    public static func privateKey(_ pem: [UInt8], passphrase: String = "") throws(Unusable) -> SigstoreKey {
        let text = String(decoding: pem.prefix(4096), as: UTF8.self)
        if text.contains("ENCRYPTED SIGSTORE PRIVATE KEY") || text.contains("ENCRYPTED COSIGN PRIVATE KEY") {
            throw Unusable(description: "the key is in cosign's encrypted form, which is not supported; a PKCS #8 key is (openssl genpkey)")
        }
        let key = pem.withUnsafeBytes { bytes -> OpaquePointer? in
            guard let file = BIO_new_mem_buf(bytes.baseAddress, Int32(clamping: bytes.count)) else { return nil }
            defer { BIO_free(file) }
            // Given a passphrase, though an empty one, libcrypto does not ask on the terminal.
            return passphrase.withCString { PEM_read_bio_PrivateKey(file, nil, nil, UnsafeMutableRawPointer(mutating: $0)) }
        }
        return try checked(key, "no private key in PEM, or another passphrase")
    }

    private static func checked(_ key: OpaquePointer?, _ problem: String) throws(Unusable) -> SigstoreKey {
        // What is wrong stays in a queue of the thread's otherwise.
        defer { ERR_clear_error() }
        guard let key else { throw Unusable(description: problem) }
        let held = SigstoreKey(key)
        var name = [CChar](repeating: 0, count: 64)
        var length = 0
        guard EVP_PKEY_get_group_name(key, &name, name.count, &length) == 1,
            String(decoding: name.prefix(length).map { UInt8(bitPattern: $0) }, as: UTF8.self) == "prime256v1"
        else { throw Unusable(description: "the key is none of ECDSA on P-256") }
        return held
    }

    /// The public half in PEM.
    public var publicPEM: [UInt8] {
        guard let file = BIO_new(BIO_s_mem()) else { return [] }
        defer { BIO_free(file) }
        guard PEM_write_bio_PUBKEY(file, key) == 1 else { return [] }
        var bytes = [UInt8](repeating: 0, count: 1024)
        let count = BIO_read(file, &bytes, Int32(bytes.count))
        return Array(bytes.prefix(Int(max(count, 0))))
    }

    /// Whether the signature (ASN.1 of ECDSA) is this key's over the bytes.
    public func verifies(_ signature: [UInt8], over bytes: [UInt8]) -> Bool {
        guard let context = EVP_MD_CTX_new() else { return false }
        defer {
            EVP_MD_CTX_free(context)
            ERR_clear_error()
        }
        guard EVP_DigestVerifyInit(context, nil, EVP_sha256(), nil, key) == 1 else { return false }
        return EVP_DigestVerify(context, signature, signature.count, bytes, bytes.count) == 1
    }

    /// Signs bytes. The key must be a private one.
    public func sign(_ bytes: [UInt8]) throws(Unusable) -> [UInt8] {
        let failure = Unusable(description: "libcrypto does not sign with this key")
        guard let context = EVP_MD_CTX_new() else { throw failure }
        defer {
            EVP_MD_CTX_free(context)
            ERR_clear_error()
        }
        var length = 256
        var signature = [UInt8](repeating: 0, count: length)
        guard EVP_DigestSignInit(context, nil, EVP_sha256(), nil, key) == 1,
            EVP_DigestSign(context, &signature, &length, bytes, bytes.count) == 1
        else { throw failure }
        return Array(signature.prefix(length))
    }
}
