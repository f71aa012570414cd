import JSONRPC
import Testing

@Suite struct LineFramerTests {
    private func lines(_ text: String, chunk: Int, limit: Int = 100) throws -> [String] {
        var framer = LineFramer(limit: limit)
        var found: [String] = []
        let bytes = Array(text.utf8)
        var index = 0
        while index < bytes.count {
            framer.append(bytes[index..<min(index + chunk, bytes.count)])
            index += chunk
            while let line = try framer.next() { found.append(String(decoding: line, as: UTF8.self)) }
        }
        if let line = try framer.finish() { found.append(String(decoding: line, as: UTF8.self)) }
        return found
    }

    @Test(arguments: 1...24)
    func linesAreTheSameInAnyChunks(chunk: Int) throws {
        #expect(
            try lines("{\"a\":1}\r\n\n[1,2]\nünï\n\r\nlast", chunk: chunk) == ["{\"a\":1}", "[1,2]", "ünï", "last"]
        )
    }

    @Test(arguments: [1, 7, 1000])
    func aLineBeyondTheLimitIsRefused(chunk: Int) throws {
        #expect(throws: LineFramer.LineTooLong.self) { try lines("ok\n12345678901\n", chunk: chunk, limit: 10) }
        #expect(try lines("1234567890\n", chunk: chunk, limit: 10) == ["1234567890"])
    }

    @Test func nothingIsKeptAfterARefusal() throws {
        var framer = LineFramer(limit: 10)
        framer.append(Array(repeating: UInt8(ascii: "x"), count: 1000))
        #expect(throws: LineFramer.LineTooLong.self) { try framer.next() }
        #expect(framer.pendingCount == 0)
    }
}
