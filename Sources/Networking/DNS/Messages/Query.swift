/// A query as it came: the header of RFC 1035 4.1.1, one question, and EDNS where there is any.
package struct Query: Sendable {
    /// Why there is no query in a message.
    package enum Fault: Error, Hashable {
        /// It gets no answer: too short for one, or an answer itself, so that two servers cannot talk for ever.
        case unanswerable
        case malformed
        /// An operation other than QUERY, RFC 1035 4.1.1.
        case unknownOperation
        /// An EDNS version that is not ours, RFC 6891 6.1.3.
        case unknownVersion
    }

    package struct Extension: Sendable, Hashable {
        /// The largest answer over UDP that the client takes, in bytes.
        package var payloadSize: Int
        /// DO: the client wants DNSSEC records.
        package var wantsSignatures: Bool

        package init(payloadSize: Int, wantsSignatures: Bool) {
            self.payloadSize = payloadSize
            self.wantsSignatures = wantsSignatures
        }
    }

    package var id: UInt16
    package var wantsRecursion: Bool
    var disablesChecking: Bool
    package var name: DomainName
    package var type: RecordType
    package var recordClass: UInt16
    /// Where the question ends in the message; it begins behind the header.
    var questionEnd: Int
    package var edns: Extension?

    static let headerSize = 12

    /// The largest answer over UDP that this client takes, RFC 1035 4.2.1 and RFC 6891 6.2.3. Never more than what passes
    /// without fragments everywhere (the DNS flag day of 2020).
    package var datagramLimit: Int { min(max(edns?.payloadSize ?? 512, 512), 1232) }

    package init(_ message: UnsafeRawBufferPointer) throws(Fault) {
        guard message.count >= Query.headerSize, message[2] & 0x80 == 0 else { throw .unanswerable }
        guard message[2] >> 3 & 0xF == 0 else { throw .unknownOperation }
        var reader = MessageReader(message)
        id = reader.header(0)
        wantsRecursion = message[2] & 1 != 0
        disablesChecking = message[3] & 0x10 != 0
        guard reader.header(4) == 1, let name = reader.name(), let type = reader.number(), let recordClass = reader.number()
        else { throw .malformed }
        self.name = name
        self.type = RecordType(rawValue: type)
        self.recordClass = recordClass
        questionEnd = reader.offset

        let recordCount = Int(reader.header(6)) + Int(reader.header(8)) + Int(reader.header(10))
        for _ in 0..<recordCount {
            guard let record = reader.record() else { throw .malformed }
            guard record.type == .opt else { continue }
            // One at most, and for the root.
            guard edns == nil, record.isRoot else { throw .malformed }
            guard record.timeToLive >> 16 & 0xFF == 0 else { throw .unknownVersion }
            edns = Extension(payloadSize: Int(record.recordClass), wantsSignatures: record.timeToLive & 0x8000 != 0)
        }
    }
}
