import DNS
import NetworkSpec
import Testing

@Suite struct ForwardingTests {
    @Test func oneServerAfterTheOther() {
        var rotation = ServerRotation(count: 2)
        #expect(rotation.next() == .ask(0))
        #expect(rotation.next() == .ask(1))
        #expect(rotation.next() == .fail)
        var empty = ServerRotation(count: 0)
        #expect(empty.next() == .fail)
    }

    @Test func aServerThatWillNotHelpIsBetterThanNone() {
        var rotation = ServerRotation(count: 2)
        #expect(rotation.next() == .ask(0))
        #expect(rotation.answered([1], code: 5) == .ask(1))
        #expect(rotation.next() == .answer([1]))
    }

    @Test func aDenialIsAnAnswer() {
        var rotation = ServerRotation(count: 2)
        #expect(rotation.next() == .ask(0))
        #expect(rotation.answered([1], code: 3) == .answer([1]))
    }

    private func question(_ message: [UInt8], _ transport: NameService.Transport = .datagram) throws -> Forwarder.Question {
        Forwarder.Question(
            message: message,
            query: try Wire.parse(message),
            source: try #require(IPAddress("10.89.0.2")),
            transport: transport
        )
    }

    /// The answer of an honest server.
    private func answer(to outgoing: OutgoingQuestion, code: UInt8 = 0) -> [UInt8] {
        var answer = outgoing.message
        answer[2] |= 0x80
        answer[3] |= code
        return answer
    }

    @Test func onlyWhatFitsTheQuestionIsAnAnswer() throws {
        let outgoing = OutgoingQuestion(try question(Wire.query("Example.org", 1)))
        let honest = answer(to: outgoing)
        #expect(outgoing.code(of: honest) == 0)
        var other = honest
        other[0] ^= 1
        #expect(outgoing.code(of: other) == nil, "another id")
        other = honest
        other[14] = UInt8(ascii: "y")
        #expect(outgoing.code(of: other) == nil, "another name")
        other = honest
        other[honest.count - 3] = 28
        #expect(outgoing.code(of: other) == nil, "another type")
        other = honest
        other[13] = UInt8(ascii: "e")
        #expect(outgoing.code(of: other) == 0, "another case is the same name")
        #expect(outgoing.code(of: outgoing.message) == nil, "a question")
        #expect(outgoing.code(of: Array(honest[..<11])) == nil, "half a header")
        #expect(outgoing.code(of: Array(honest[..<16])) == nil, "half a question")
        // A failure may come without the question, an answer may not.
        other = Array(answer(to: outgoing, code: 2)[..<12])
        other[5] = 0
        #expect(outgoing.code(of: other) == 2)
        other[3] = 0
        #expect(outgoing.code(of: other) == nil)
    }

    @Test func theClientGetsItsOwnIdBackAndNoMoreThanItTakes() throws {
        let asked = try question(Wire.query("example.org", 1))
        let outgoing = OutgoingQuestion(asked)
        let short = OutgoingQuestion.restore(answer(to: outgoing), for: asked)
        #expect(short[0] == 0x12 && short[1] == 0x34 && short[3] & 0x80 != 0)
        var long = answer(to: outgoing)
        long[7] = 40
        long += [UInt8](repeating: 0, count: 640)
        let cut = OutgoingQuestion.restore(long, for: asked)
        #expect(cut.count == asked.message.count && cut[2] & 2 != 0 && cut[7] == 0)
        let stream = try question(Wire.query("example.org", 1), .stream)
        #expect(OutgoingQuestion.restore(long, for: stream).count == long.count)
    }
}
