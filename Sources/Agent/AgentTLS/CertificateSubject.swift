/// The subject of a certificate in DER (RFC 5280, 4.1): swift-nio-ssl does not show it.
enum CertificateSubject {
    /// The bytes of the common name. Nil where there is none, or more than one: then nobody can say which counts.
    static func commonName(_ certificate: [UInt8]) -> ArraySlice<UInt8>? {
        var outer = DERReader(certificate[...])
        guard var signed = outer.next(tag: DERReader.sequence).map(DERReader.init),
            var fields = signed.next(tag: DERReader.sequence).map(DERReader.init)
        else { return nil }
        // Version (explicitly tagged, left out in version 1), serial number, algorithm, issuer, validity, subject.
        if fields.peek == 0xA0 { _ = fields.next() }
        for _ in 0..<4 { guard fields.next() != nil else { return nil } }
        guard var subject = fields.next(tag: DERReader.sequence).map(DERReader.init) else { return nil }
        var found: ArraySlice<UInt8>?
        while var set = subject.next(tag: DERReader.set).map(DERReader.init) {
            while var pair = set.next(tag: DERReader.sequence).map(DERReader.init) {
                guard let type = pair.next(tag: DERReader.objectIdentifier), let value = pair.next() else { return nil }
                guard type.elementsEqual(commonNameIdentifier) else { continue }
                // UTF8String, PrintableString, IA5String: what is UTF-8 as it stands.
                guard found == nil, [0x0C, 0x13, 0x16].contains(value.tag) else { return nil }
                found = value.content
            }
        }
        return found
    }

    /// 2.5.4.3
    private static let commonNameIdentifier: [UInt8] = [0x55, 0x04, 0x03]
}

/// Reads one DER value after the other.
struct DERReader {
    static let sequence: UInt8 = 0x30
    static let set: UInt8 = 0x31
    static let objectIdentifier: UInt8 = 0x06

    private var rest: ArraySlice<UInt8>

    init(_ bytes: ArraySlice<UInt8>) {
        rest = bytes
    }

    /// The tag of the next value.
    var peek: UInt8? { rest.first }

    /// The next value; nil at the end, and where the bytes are no DER.
    mutating func next() -> (tag: UInt8, content: ArraySlice<UInt8>)? {
        var cursor = rest
        guard let tag = cursor.popFirst(), let first = cursor.popFirst() else { return nil }
        var length = Int(first)
        if first & 0x80 != 0 {
            let count = Int(first & 0x7F)
            // Longer than any certificate; 0 would be the indefinite form, which DER has not.
            guard (1...4).contains(count), cursor.count >= count else { return nil }
            length = 0
            for _ in 0..<count { length = length << 8 | Int(cursor.removeFirst()) }
        }
        guard cursor.count >= length else { return nil }
        rest = cursor.dropFirst(length)
        return (tag, cursor.prefix(length))
    }

    /// The next value's content where it has this tag.
    mutating func next(tag: UInt8) -> ArraySlice<UInt8>? {
        guard peek == tag else { return nil }
        return next()?.content
    }
}
