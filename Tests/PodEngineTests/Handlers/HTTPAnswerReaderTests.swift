import PodEngine
import Testing

struct HTTPAnswerReaderTests {
    /// Reads an answer in pieces of so many bytes.
    private func read(_ text: String, pieces: Int = 7, limit: Int = 100) throws -> HTTPAnswer? {
        var reader = HTTPAnswerReader(bodyLimit: limit)
        var rest = Array(text.utf8)[...]
        while !rest.isEmpty {
            if let answer = try reader.read(Array(rest.prefix(pieces))) { return answer }
            rest = rest.dropFirst(pieces)
        }
        return try reader.finish()
    }

    private func text(_ answer: HTTPAnswer?) -> String { String(decoding: answer?.body ?? [], as: UTF8.self) }

    @Test(arguments: [1, 3, 1000])
    func `bodies by length, in chunks, and to the end`(_ pieces: Int) throws {
        let counted = try read("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello, and more", pieces: pieces)
        #expect(counted?.status == 200)
        #expect(text(counted) == "hello")
        let chunked = try read(
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4;x=y\r\nwiki\r\n5\r\npedia\r\n0\r\nTrailer: 1\r\n\r\n",
            pieces: pieces
        )
        #expect(text(chunked) == "wikipedia")
        #expect(text(try read("HTTP/1.0 200 OK\n\nto the end", pieces: pieces)) == "to the end")
        #expect(try read("HTTP/1.1 204 No\r\n\r\n", pieces: pieces)?.status == 204)
        #expect(try read("HTTP/1.1 500\r\nContent-Length: 0\r\n\r\n", pieces: pieces)?.status == 500)
    }

    @Test func `an interim answer is not the answer`() throws {
        let answer = try read("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 302 F\r\nLOCATION:  /there \r\nContent-Length: 0\r\n\r\n")
        #expect(answer?.status == 302)
        #expect(answer?.redirection == "/there")
    }

    @Test func `a body without an end is complete when it is long enough`() throws {
        var reader = HTTPAnswerReader(bodyLimit: 10)
        #expect(try reader.read(Array("HTTP/1.1 200 OK\r\n\r\n12345".utf8)) == nil)
        #expect(try reader.read(Array("6789012345".utf8))?.body.count == 10)
        var chunked = HTTPAnswerReader(bodyLimit: 10)
        #expect(
            try chunked.read(Array("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nffffffff\r\n0123456789ab".utf8))?
                .body.count == 10
        )
    }

    @Test(arguments: [
        "SSH-2.0-OpenSSH_9.2\r\n", "\u{0}\u{1}\u{2}", "HTTP/2.0 200 OK\r\n\r\n", "HTTP/1.1 abc\r\n\r\n", "HTTP/1.1\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n", "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nshort",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n", "HTTP/1.1 200 OK\r\nX: ", "",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nabc", "HTTP/1.1 +99 OK\r\n\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nffffffffffffffffff\r\n",
    ])
    func `what is no answer is refused`(_ text: String) {
        #expect(throws: MalformedAnswer.self) { try read(text) }
    }

    @Test func `a header without an end is refused`() {
        #expect(throws: MalformedAnswer.self) {
            try read("HTTP/1.1 200 OK\r\n" + String(repeating: "X: y\r\n", count: 20_000), pieces: 4096)
        }
    }
}
