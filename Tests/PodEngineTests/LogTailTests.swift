import PodEngine
import Testing

struct LogTailTests {
    private func tail(_ log: String, lines: Int = 80, limit: Int = 2048) -> String {
        LogTail.text(of: Array(log.utf8), lines: lines, limit: limit)
    }

    @Test func `what CRI puts before a line is left out, and parts of a line come together`() {
        let log = """
            off 2026-01-01T00:00:00Z
            2026-01-01T00:00:00Z stdout F one
            2026-01-01T00:00:00Z stderr P tw
            2026-01-01T00:00:00Z stderr F o  three
            2026-01-01T00:00:00Z stdout F \

            """
        #expect(tail(log) == "one\ntwo  three\n\n")
    }

    @Test func `lines and bytes are bounded, from the end`() {
        let log = (1...200).map { "2026-01-01T00:00:00Z stdout F line \($0)\n" }.joined()
        #expect(tail(log).split(separator: "\n").first == "line 121")
        #expect(tail(log, limit: 9) == "line 200\n")
        #expect(tail(log, lines: 1) == "line 200\n")
    }
}
