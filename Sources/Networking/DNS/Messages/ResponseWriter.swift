import NetworkSpec

/// Writes the answer to a query into room that is there already.
struct ResponseWriter {
    private let room: UnsafeMutableRawBufferPointer
    private let limit: Int
    private var length: Int
    private let edns: Query.Extension?

    /// The time to live of everything said here, in seconds. Zero: a container that comes again has another address, and the
    /// way here is short.
    private static let timeToLive: UInt32 = 0
    /// What we take over UDP, in bytes.
    private static let payloadSize: UInt16 = 1232
    /// An OPT record without options: RFC 6891 6.1.2.
    private static let optionSize = 11

    /// Begins with the header and the question.
    ///
    /// - Parameter limit: The bytes that the client takes; more is cut, and said to be.
    init(
        to query: Query,
        _ message: UnsafeRawBufferPointer,
        _ code: ResponseCode,
        in room: UnsafeMutableRawBufferPointer,
        limit: Int
    ) {
        self.room = room
        edns = query.edns
        // A question has up to 12 + 255 + 4 bytes, and the smallest room 512.
        precondition(room.count >= 512)
        self.limit = min(room.count, limit) - (query.edns == nil ? 0 : ResponseWriter.optionSize)
        room.copyMemory(from: UnsafeRawBufferPointer(rebasing: message[..<query.questionEnd]))
        length = query.questionEnd
        writeHeader(recursion: query.wantsRecursion, checkingDisabled: query.disablesChecking, code: code, questions: 1)
    }

    /// An answer to what is no query: a header alone.
    static func fault(_ code: ResponseCode, to message: UnsafeRawBufferPointer, in room: UnsafeMutableRawBufferPointer) -> Int {
        room.copyMemory(from: UnsafeRawBufferPointer(rebasing: message[..<Query.headerSize]))
        room[2] = message[2] & 0x79 | 0x80
        room[3] = code.rawValue
        for index in 4..<Query.headerSize { room[index] = 0 }
        return Query.headerSize
    }

    private func writeHeader(recursion: Bool, checkingDisabled: Bool, code: ResponseCode, questions: UInt8) {
        // QR, then RD as asked; RA where it was asked for: clients warn where it is missing.
        room[2] = 0x80 | (recursion ? 1 : 0)
        room[3] = (recursion ? 0x80 : 0) | (checkingDisabled ? 0x10 : 0) | code.rawValue
        room[4] = 0
        room[5] = questions
        for index in 6..<Query.headerSize { room[index] = 0 }
    }

    /// AA: this is the place where the name is known.
    mutating func markAuthoritative() { room[2] |= 0x04 }

    /// TC: there is more, ask over TCP.
    private mutating func markTruncated() { room[2] |= 0x02 }

    /// Adds answers to the question's name. Where one does not fit, none after it does, and the answer is marked as cut.
    mutating func answer(_ records: [RecordData]) {
        for record in records {
            guard append(section: 6, record) else { return markTruncated() }
        }
    }

    /// Adds records that spare the client a question, each under its own name; what does not fit is left away.
    mutating func addition(_ records: [(name: DomainName, data: RecordData)]) {
        for record in records where !append(section: 10, name: record.name, record.data) { return }
    }

    /// The zone's SOA in the authority section: what makes an empty answer a final one, RFC 2308 2.1 and 2.2.
    mutating func denial(zone: DomainName) {
        let size = zone.wire.count + 10 + 2 * zone.wire.count + 20
        guard length + size <= limit else { return }
        put(zone.wire)
        put(type: .soa, dataLength: 2 * zone.wire.count + 20)
        // Its server and its keeper, serial number, refresh, retry, expire, and how long a denial may be kept.
        put(zone.wire)
        put(zone.wire)
        for number: UInt32 in [1, 3600, 600, 86400, ResponseWriter.timeToLive] { put(number) }
        count(8)
    }

    /// Ends the answer; its length.
    mutating func finish() -> Int {
        guard let edns else { return length }
        put(UInt8(0))
        put(RecordType.opt.rawValue)
        put(ResponseWriter.payloadSize)
        put(UInt32(edns.wantsSignatures ? 0x8000 : 0))
        put(UInt16(0))
        count(10)
        return length
    }

    private mutating func append(section: Int, name: DomainName? = nil, _ data: RecordData) -> Bool {
        let nameSize = name?.wire.count ?? 2
        let dataSize =
            switch data {
            case .address(.v4): 4
            case .address(.v6): 16
            case .pointer(let target): target.wire.count
            case .service(_, let target): 6 + target.wire.count
            }
        guard length + nameSize + 10 + dataSize <= limit else { return false }
        // The question's name lies behind the header: 0xC00C points there, RFC 1035 4.1.4.
        if let name { put(name.wire) } else { put(UInt16(0xC00C)) }
        put(type: data.type, dataLength: dataSize)
        switch data {
        case .address(.v4(let address)): put(address.bits)
        case .address(let address): put(address.bytes)
        case .pointer(let target): put(target.wire)
        case .service(let port, let target):
            put(UInt16(0))
            put(UInt16(0))
            put(port)
            put(target.wire)
        }
        count(section)
        return true
    }

    private mutating func put(type: RecordType, dataLength: Int) {
        put(type.rawValue)
        put(UInt16(1))  // IN
        put(ResponseWriter.timeToLive)
        put(UInt16(dataLength))
    }

    private mutating func put(_ number: some FixedWidthInteger) {
        withUnsafeBytes(of: number.bigEndian) { bytes in
            UnsafeMutableRawBufferPointer(rebasing: room[length...]).copyMemory(from: bytes)
            length += bytes.count
        }
    }

    private mutating func put(_ bytes: [UInt8]) {
        UnsafeMutableRawBufferPointer(rebasing: room[length...]).copyBytes(from: bytes)
        length += bytes.count
    }

    private func count(_ section: Int) {
        let number = (UInt16(room[section]) << 8 | UInt16(room[section + 1])) + 1
        room[section] = UInt8(number >> 8)
        room[section + 1] = UInt8(number & 0xFF)
    }
}
