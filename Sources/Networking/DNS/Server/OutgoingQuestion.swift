/// A client's question under an id of our own.
package struct OutgoingQuestion {
    package let message: [UInt8]
    private let id: UInt16
    private let questionEnd: Int

    package init(_ question: Forwarder.Question) {
        id = UInt16.random(in: .min ... .max)
        questionEnd = question.query.questionEnd
        var message = question.message
        message[0] = UInt8(id >> 8)
        message[1] = UInt8(id & 0xFF)
        self.message = message
    }

    /// The response code of an answer to this question; nil for a message that is not that, RFC 5452 9.1.
    package func code(of answer: [UInt8]) -> UInt8? {
        guard answer.count >= Query.headerSize, answer[0] == UInt8(id >> 8), answer[1] == UInt8(id & 0xFF),
            answer[2] & 0x80 != 0
        else { return nil }
        let code = answer[3] & 0xF
        // A server that could not read the question may leave it away; one that has an answer repeats it.
        if answer[4] == 0, answer[5] == 0 { return code == 0 || code == ResponseCode.nameError.rawValue ? nil : code }
        guard answer[4] == 0, answer[5] == 1, answer.count >= questionEnd else { return nil }
        for index in Query.headerSize..<questionEnd
        where DomainName.lowercase(answer[index]) != DomainName.lowercase(message[index]) {
            return nil
        }
        return code
    }

    /// The answer as the client knows its question: its id, its spelling, and no more bytes than it takes.
    package static func restore(_ answer: [UInt8], for question: Forwarder.Question) -> [UInt8] {
        var answer = answer
        answer[0] = question.message[0]
        answer[1] = question.message[1]
        let end = question.query.questionEnd
        if answer[5] == 1 { answer.replaceSubrange(Query.headerSize..<end, with: question.message[Query.headerSize..<end]) }
        // RA: some servers forget it, and clients warn then.
        if question.query.wantsRecursion { answer[3] |= 0x80 }
        let limit = question.query.edns.map { max(512, $0.payloadSize) } ?? 512
        guard question.transport == .datagram, answer.count > limit else { return answer }
        // Cut to the question, and said to be: the client asks again over TCP.
        answer.removeSubrange((answer[5] == 1 ? end : Query.headerSize)...)
        answer[2] |= 0x02
        for index in 6..<Query.headerSize { answer[index] = 0 }
        return answer
    }
}
