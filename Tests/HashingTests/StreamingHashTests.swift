import Hashing
import Testing

@Suite("Streaming hashes")
struct StreamingHashTests {
    private func hex(_ bytes: [UInt8]) -> String {
        bytes.map { byte in
            let digits = String(byte, radix: 16)
            return digits.count == 1 ? "0" + digits : digits
        }.joined()
    }

    @Test("SHA-256 of FIPS 180-4's example, in two pieces")
    func sha256() {
        var hash = StreamingHash()
        for piece in ["ab", "c"] { Array(piece.utf8).withUnsafeBytes { hash.update($0) } }
        #expect(hex(hash.finalize()) == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
    }

    @Test("SHA-512 of nothing")
    func sha512() {
        let hash = StreamingHash(.sha512)
        #expect(hex(hash.finalize()).hasPrefix("cf83e1357eefb8bdf1542850d66d8007d620e4050b5715dc83f4a921d36ce9ce"))
    }
}
