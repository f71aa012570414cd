import DNS
import Testing

@Suite struct QueryTests {
    @Test func whatAClientSends() throws {
        let query = try Wire.parse(Wire.query("WEB.dns.podman", 28, payloadSize: 1400))
        #expect(query.id == 0x1234 && query.wantsRecursion && query.type == .aaaa && query.recordClass == 1)
        #expect(query.name == DomainName("web.dns.podman"))
        #expect(query.edns == Query.Extension(payloadSize: 1400, wantsSignatures: true))
        #expect(query.datagramLimit == 1232)
        #expect(try Wire.parse(Wire.query("web", 1)).datagramLimit == 512)
        #expect(try Wire.parse(Wire.query("web", 1, payloadSize: 100)).datagramLimit == 512)
    }

    @Test func everyPartOfAMessageEnds() throws {
        let message = Wire.query("a.long.name.that.is.asked", 1, payloadSize: 1232)
        for length in 0..<message.count {
            #expect(throws: length < 12 ? Query.Fault.unanswerable : .malformed) { try Wire.parse(Array(message[..<length])) }
        }
    }

    @Test func anAnswerIsNotAnswered() {
        var message = Wire.query("web", 1)
        message[2] |= 0x80
        #expect(throws: Query.Fault.unanswerable) { try Wire.parse(message) }
    }

    @Test func anotherOperation() {
        var message = Wire.query("web", 1)
        message[2] |= 0x28  // UPDATE
        #expect(throws: Query.Fault.unknownOperation) { try Wire.parse(message) }
    }

    @Test(arguments: [
        // A question that points at itself, at what follows, and a label of a kind that there is not.
        [0xC0, 0x0C], [0xC0, 0x20], [0x40, 0x61, 0x00], [0x3F],
    ] as [[UInt8]]) func namesThatLeadNowhere(name: [UInt8]) {
        let message = Array(Wire.query("", 1)[..<12]) + name + [0, 1, 0, 1]
        #expect(throws: Query.Fault.malformed) { try Wire.parse(message) }
    }

    @Test func severalQuestionsOrNone() {
        for count: UInt8 in [0, 2] {
            var message = Wire.query("web", 1)
            message[5] = count
            #expect(throws: Query.Fault.malformed) { try Wire.parse(message) }
        }
    }

    @Test func recordsThatAreNotThere() {
        var message = Wire.query("web", 1)
        message[6] = 0xFF
        #expect(throws: Query.Fault.malformed) { try Wire.parse(message) }
    }

    @Test func aNewerEDNS() {
        var message = Wire.query("web", 1, payloadSize: 1232)
        // Extended code, version, flags: the four bytes before the length of the data.
        message[message.count - 5] = 1
        #expect(throws: Query.Fault.unknownVersion) { try Wire.parse(message) }
    }

    @Test func twoExtensions() {
        var message = Wire.query("web", 1, payloadSize: 1232)
        message += message[(message.count - 11)...]
        message[11] = 2
        #expect(throws: Query.Fault.malformed) { try Wire.parse(message) }
    }
}
