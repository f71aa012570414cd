import Archive
import TestSupport
import Testing

/// Archives with bytes changed at random, always the same: whatever comes out, the program goes on.
@Suite("Damaged archives")
struct MutationTests {
    /// A small generator with a seed, so that a failure can be repeated.
    private struct Generator: RandomNumberGenerator {
        var state: UInt64

        mutating func next() -> UInt64 {
            state &+= 0x9E37_79B9_7F4A_7C15
            var value = state
            value = (value ^ value >> 30) &* 0xBF58_476D_1CE4_E5B9
            value = (value ^ value >> 27) &* 0x94D0_49BB_1331_11EB
            return value ^ value >> 31
        }
    }

    private static let archive: [UInt8] = {
        var tar = TarBuilder()
        tar.folder("a/")
        tar.pax([
            ("path", Array("a/b".utf8)), ("mtime", Array("-1.5".utf8)), ("uid", Array("7".utf8)),
            ("SCHILY.xattr.user.x", [1, 2]), ("size", Array("4".utf8)),
        ])
        tar.add("b", "data")
        tar.pax([("GNU.sparse.map", Array("0,4,8,4".utf8)), ("GNU.sparse.size", Array("16".utf8))])
        tar.add("sparse", "12345678")
        tar.pax([
            ("GNU.sparse.major", Array("1".utf8)), ("GNU.sparse.minor", Array("0".utf8)),
            ("GNU.sparse.realsize", Array("16".utf8)),
        ])
        tar.add(Array("map".utf8), Array("1\n0\n4\n".utf8) + Array(repeating: 0, count: 506) + Array("data".utf8))
        tar.add("L", String(repeating: "long/", count: 40)) { $0.type = "L" }
        tar.add("x")
        tar.add("old") { $0.type = "S" }
        return tar.archive
    }()

    @Test(
        "numbers at the edge of what fits",
        arguments: ["-9223372036854775808.5", "9223372036854775807.9", "-0.0", ".", "-", "1.x", ""]
    )
    func times(text: String) {
        var tar = TarBuilder()
        tar.pax([("mtime", Array(text.utf8)), ("size", Array("9223372036854775807".utf8))])
        tar.add("x")
        #expect(throws: ArchiveError.self) { try read(tar.archive) }
    }

    @Test("thousands of them", arguments: [1, 2, 3, 4] as [UInt64])
    func mutations(seed: UInt64) {
        var generator = Generator(state: seed)
        for _ in 0..<800 {
            var bytes = Self.archive
            for _ in 0..<Int.random(in: 1...6, using: &generator) {
                let index = Int.random(in: bytes.indices, using: &generator)
                bytes[index] =
                    [0, 0xFF, 0x80, 0x2D, 0x39, 0x0A, UInt8.random(in: 0...255, using: &generator)].randomElement(
                        using: &generator
                    ) ?? 0
            }
            // Most headers get a checksum that is right again: otherwise nothing else is ever looked at.
            for start in stride(from: 0, to: bytes.count, by: 512)
            where bytes[(start + 257)...].starts(with: Array("usta".utf8)) {
                var block = Array(bytes[start..<(start + 512)])
                var tar = TarBuilder()
                tar.addBlock(&block, [])
                bytes.replaceSubrange(start..<(start + 512), with: block)
            }
            // An error is as good as none.
            try? read(bytes)
        }
    }

    private func read(_ bytes: [UInt8]) throws {
        var limits = ExtractionLimits()
        limits.headerBytes = 4096
        try bytes.withUnsafeBytes { buffer in
            var isGiven = false
            let input = ArchiveInput {
                defer { isGiven = true }
                return isGiven ? nil : buffer
            }
            let reader = TarReader(input, limits: limits)
            while try reader.next() != nil { try reader.contents { _, _ in } }
        }
    }
}
