import OCISpec
import Testing

@Suite("Digests")
struct DigestTests {
    /// FIPS 180-4 examples, and lengths around the padding's borders (from OpenSSL).
    @Test(
        "SHA-256 gives the published hashes",
        arguments: [
            ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
            ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
            (
                "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
                "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
            ),
            (
                "abcdefghbcdefghicdefghijdefghijkefghijklfghijklmghijklmnhijklmnoijklmnopjklmnopqklmnopqrlmnopqrsmnopqrstnopqrstu",
                "cf5b16a778af8380036ce59e7b0492370b249b11e8f07a51afac45037afee9d1"
            ),
        ]
    )
    func publishedHashes(text: String, hex: String) {
        #expect(Digest.sha256(of: text.utf8).hex == hex)
    }

    @Test("a million times the letter a")
    func million() {
        var hash = SHA256()
        for _ in 0..<1000 { hash.update(Array(repeating: UInt8(ascii: "a"), count: 1000)) }
        #expect(
            Digest(algorithm: .sha256, hash: hash.finalize()).hex
                == "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0"
        )
    }

    @Test("bytes may come in pieces of any length", arguments: [1, 3, 55, 56, 63, 64, 65, 127, 128, 129])
    func pieces(length: Int) {
        let bytes = (0..<500).map { UInt8(truncatingIfNeeded: $0 &* 7) }
        var hash = SHA256()
        for start in stride(from: 0, to: bytes.count, by: length) {
            hash.update(Array(bytes[start..<min(start + length, bytes.count)]))
        }
        #expect(hash.finalize() == SHA256.hash(bytes))
    }

    @Test("a digest is read and written")
    func roundTrip() throws {
        let text = "sha256:" + String(repeating: "0a", count: 32)
        let digest = try Digest(text)
        #expect(digest.description == text)
        #expect(digest.algorithm == .sha256)
        #expect(digest.shortHex == "0a0a0a0a0a0a")
        #expect(try Digest("sha512:" + String(repeating: "f", count: 128)).algorithm == .sha512)
    }

    @Test(
        "what could be something else than a hash is refused",
        arguments: [
            "", "sha256", "sha256:", "sha256:abc", "sha256:" + String(repeating: "A", count: 64),
            "sha256:" + String(repeating: "g", count: 64), "sha256:" + String(repeating: "a", count: 65),
            "sha256:../../../../etc/passwd", "sha512:" + String(repeating: "a", count: 64),
            "sha256:" + String(repeating: "é", count: 32),
        ]
    )
    func malformed(text: String) {
        #expect(throws: DigestError(text: text, reason: .malformed)) { try Digest(text) }
    }

    @Test("an algorithm that nobody registered is refused by name")
    func unknownAlgorithm() {
        let text = "md5:" + String(repeating: "a", count: 32)
        #expect(throws: DigestError(text: text, reason: .unsupportedAlgorithm("md5"))) { try Digest(text) }
    }
}
