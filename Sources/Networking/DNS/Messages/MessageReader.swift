/// Reads a message of RFC 1035 from left to right. It never goes back, so it always ends.
struct MessageReader {
    struct Record {
        var isRoot: Bool
        var type: RecordType
        var recordClass: UInt16
        var timeToLive: UInt32
    }

    private let message: UnsafeRawBufferPointer
    private(set) var offset = Query.headerSize

    /// Starts behind the header, which must be there.
    init(_ message: UnsafeRawBufferPointer) {
        precondition(message.count >= Query.headerSize)
        self.message = message
    }

    /// A number of the header, at its place there.
    func header(_ offset: Int) -> UInt16 { UInt16(message[offset]) << 8 | UInt16(message[offset + 1]) }

    mutating func number() -> UInt16? {
        guard offset + 2 <= message.count else { return nil }
        defer { offset += 2 }
        return UInt16(message[offset]) << 8 | UInt16(message[offset + 1])
    }

    /// A name without compression, as the first one in a message must be: there is nothing yet that it could point to.
    mutating func name() -> DomainName? {
        var end = offset
        while true {
            guard end < message.count else { return nil }
            let length = Int(message[end])
            guard length < 64 else { return nil }
            end += 1 + length
            guard end - offset <= 255 else { return nil }
            if length == 0 { break }
        }
        guard end <= message.count else { return nil }
        defer { offset = end }
        return DomainName(
            wire: [UInt8](unsafeUninitializedCapacity: end - offset) { buffer, count in
                // A length is below 64, and so no letter.
                for index in offset..<end { buffer[index - offset] = DomainName.lowercase(message[index]) }
                count = end - offset
            }
        )
    }

    /// Passes over a record; nil where it does not lie within the message.
    mutating func record() -> Record? {
        guard offset < message.count else { return nil }
        let isRoot = message[offset] == 0
        guard skipName(), let type = number(), let recordClass = number(), let high = number(), let low = number(),
            let length = number(), offset + Int(length) <= message.count
        else { return nil }
        offset += Int(length)
        return Record(
            isRoot: isRoot,
            type: RecordType(rawValue: type),
            recordClass: recordClass,
            timeToLive: UInt32(high) << 16 | UInt32(low)
        )
    }

    /// A pointer ends a name, RFC 1035 4.1.4; where it leads is not looked at.
    private mutating func skipName() -> Bool {
        while offset < message.count {
            let length = Int(message[offset])
            switch length >> 6 {
            case 0:
                offset += 1 + length
                if length == 0 { return offset <= message.count }
            case 3:
                offset += 2
                return offset <= message.count
            default:
                return false
            }
        }
        return false
    }
}
