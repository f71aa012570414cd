import Linux
import Monitor
import Testing

struct LineAssemblerTests {
    /// The entries that a stream becomes when it arrives in the given pieces, without their timestamps.
    private func entries(_ pieces: [[UInt8]], stream: LogStream = .stdout) -> [[UInt8]] {
        var written: [UInt8] = []
        do {
            var assembler = LineAssembler(stream: stream)
            var batch = LogBatch { written += $0 }
            for piece in pieces where !piece.isEmpty {
                assembler.room.copyBytes(from: piece)
                assembler.consume(piece.count, at: Timestamp(seconds: 1), into: &batch)
            }
            assembler.finish(at: Timestamp(seconds: 2), into: &batch)
            batch.flush()
        }
        #expect(written.isEmpty || written.last == UInt8(ascii: "\n"))
        return written.split(separator: UInt8(ascii: "\n")).map { Array($0.dropFirst(LogClock.length + 1)) }
    }

    private func entries(_ text: String) -> [String] {
        entries([Array(text.utf8)]).map { String(decoding: $0, as: UTF8.self) }
    }

    @Test func linesBecomeEntries() {
        #expect(entries("one\ntwo\n") == ["stdout F one", "stdout F two"])
        #expect(entries("\n\n") == ["stdout F ", "stdout F "])
        #expect(entries("no newline") == ["stdout F no newline"])
        #expect(entries("") == [])
    }

    @Test func theStreamAndTheTimeStandInFront() {
        var written: [UInt8] = []
        do {
            var assembler = LineAssembler(stream: .stderr)
            var batch = LogBatch { written += $0 }
            assembler.room.copyBytes(from: Array("x\n".utf8))
            assembler.consume(2, at: Timestamp(seconds: 1_795_435_200, nanoseconds: 12), into: &batch)
            batch.flush()
        }
        #expect(String(decoding: written, as: UTF8.self) == "2026-11-23T12:00:00.000000012Z stderr F x\n")
    }

    @Test func aLineAcrossReadsIsOneEntry() {
        let pieces = ["he", "llo", " world\nnext", "\n"].map { Array($0.utf8) }
        #expect(entries(pieces) == ["stdout F hello world", "stdout F next"].map { Array($0.utf8) })
    }

    @Test(arguments: [
        (16_383, [16_383]), (16_384, [16_384]), (16_385, [16_384, 1]), (32_768, [16_384, 16_384]),
        (40_000, [16_384, 16_384, 7_232]),
    ])
    func longLinesAreSplitAtTheLimit(_ length: Int, _ pieces: [Int]) {
        let line = [UInt8](repeating: UInt8(ascii: "x"), count: length)
        for ending in [[UInt8(ascii: "\n")], []] {
            let result = entries([line + ending])
            #expect(result.map { $0.count - 9 } == pieces)
            #expect(result.dropLast().allSatisfy { $0[7] == UInt8(ascii: "P") })
            #expect(result.last?[7] == UInt8(ascii: "F"))
        }
    }

    @Test func bytesThatAreNoTextPassThrough() {
        let line: [UInt8] = [0xFF, 0x00, 0xC3, 0x28, 0x0D]
        #expect(entries([line + [0x0A]]) == [Array("stdout F ".utf8) + line])
    }

    /// The same bytes give the same entries, however they are cut: against a model that has all of them at once.
    @Test(arguments: 0..<40)
    func anyChunkingGivesTheSameEntries(_ seed: UInt64) {
        var random = SplitMix(state: seed)
        var stream: [UInt8] = []
        for _ in 0..<Int.random(in: 1...60, using: &random) {
            let length =
                switch Int.random(in: 0..<6, using: &random) {
                case 0: 0
                case 1: Int.random(in: 16_380...16_390, using: &random)
                case 2: Int.random(in: 0...70_000, using: &random)
                default: Int.random(in: 0...200, using: &random)
                }
            for _ in 0..<length { stream.append(UInt8.random(in: 11...255, using: &random)) }
            stream.append(UInt8(ascii: "\n"))
        }
        if Bool.random(using: &random) { stream.removeLast() }
        var pieces: [[UInt8]] = []
        var rest = stream[...]
        while !rest.isEmpty {
            let wanted = Bool.random(using: &random) ? Int.random(in: 1...300, using: &random) : 65_536
            let count = min(wanted, rest.count)
            pieces.append(Array(rest.prefix(count)))
            rest = rest.dropFirst(count)
        }
        #expect(entries(pieces) == model(stream))
    }

    private func model(_ stream: [UInt8]) -> [[UInt8]] {
        var lines = stream.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
        // What stands behind the last newline is a line only if it is there.
        if lines.last?.isEmpty == true { lines.removeLast() }
        return lines.flatMap { line in
            var rest = line
            var result: [[UInt8]] = []
            while rest.count > LineAssembler.entryLimit {
                result.append(Array("stdout P ".utf8) + rest.prefix(LineAssembler.entryLimit))
                rest = rest.dropFirst(LineAssembler.entryLimit)
            }
            result.append(Array("stdout F ".utf8) + rest)
            return result
        }
    }
}

/// A generator with a seed, so that a failing case can be run again.
struct SplitMix: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
