import JSONCoding
import Linux
import Monitor
import Testing

/// Docker's form of log entries.
struct JSONLogTests {
    private final class Output {
        var bytes: [UInt8] = []
    }

    private func entries(
        _ pieces: [(bytes: [UInt8], isWhole: Bool)],
        stream: LogStream = .stdout,
        attributes: [(name: String, value: String)] = []
    ) -> String {
        let output = Output()
        var batch = JSONLogBatch(attributes: attributes) { output.bytes += $0 }
        batch.begin(stream, at: Timestamp(nanosecondsSinceEpoch: 1_000_000_001))
        for piece in pieces {
            piece.bytes.withUnsafeBytes { bytes in
                // An empty array has no address.
                var nothing: UInt8 = 0
                batch.append(bytes.baseAddress ?? UnsafeRawPointer(withUnsafeMutablePointer(to: &nothing) { $0 }),
                    count: bytes.count, isWholeLine: piece.isWhole)
            }
        }
        batch.flush()
        return String(decoding: output.bytes, as: UTF8.self)
    }

    private let end = #"","stream":"stdout","time":"1970-01-01T00:00:01.000000001Z"}"# + "\n"

    @Test func `lines are objects, parts of lines have no newline`() {
        let text = entries([(Array("one".utf8), true), (Array("tw".utf8), false), (Array("o".utf8), true), ([], true)])
        #expect(text == ["one\\n", "tw", "o\\n", "\\n"].map { "{\"log\":\"\($0)\(end)" }.joined())
    }

    @Test func `what has a meaning in JSON or HTML is escaped`() {
        let text = entries([(Array("\"\\<>&\u{1}\t\r\u{2028}\u{2029}ü€😀".utf8), true)])
        #expect(text == #"{"log":"\"\\\u003c\u003e\u0026\u0001\u0009\r\u2028\u2029ü€😀\n"# + end)
    }

    @Test(arguments: [
        ([0xFF], "\\ufffd"), ([0x61, 0xC3], "a\\ufffd"), ([0xE2, 0x82, 0x61], "\\ufffd\\ufffda"), ([0xC0, 0x80], "\\ufffd\\ufffd"),
        ([0xED, 0xA0, 0x80], "\\ufffd\\ufffd\\ufffd"), ([0xF4, 0x90, 0x80, 0x80], "\\ufffd\\ufffd\\ufffd\\ufffd"),
        ([0xF0, 0x9F, 0x98, 0x80], "😀"),
    ] as [([UInt8], String)])
    func `bytes that are no text are replaced one by one`(_ bytes: [UInt8], _ expected: String) {
        #expect(entries([(bytes, true)]) == "{\"log\":\"\(expected)\\n\(end)")
    }

    @Test func `a character may begin in one part of a line and end in the next`() {
        let smile = Array("😀".utf8)
        for cut in 1...3 {
            let text = entries([(Array("a".utf8) + smile[..<cut], false), (smile[cut...] + Array("b".utf8), true)])
            #expect(text == ["a", "😀b\\n"].map { "{\"log\":\"\($0)\(end)" }.joined())
        }
        #expect(entries([([0xE2], false), ([0x61], true)]) == ["", "\\ufffda\\n"].map { "{\"log\":\"\($0)\(end)" }.joined())
    }

    @Test func `attributes stand in each entry`() throws {
        let text = entries([([0x61], true)], stream: .stderr, attributes: [("tag", "a \"b\""), ("LABEL", "c")])
        #expect(
            text
                == #"{"log":"a\n","stream":"stderr","attrs":{"tag":"a \"b\"","LABEL":"c"},"time":"1970-01-01T00:00:01.000000001Z"}"# + "\n"
        )
    }

    @Test func `the longest entries of the worst bytes fit`() throws {
        let bytes = [UInt8](repeating: 0, count: LineAssembler.entryLimit)
        let text = entries((0..<20).map { _ in (bytes, false) })
        let lines = text.split(separator: "\n")
        #expect(lines.count == 20)
        for line in lines { #expect(try JSON.parse(Array(line.utf8))["log"]?.stringValue?.utf8.count == LineAssembler.entryLimit) }
    }
}
