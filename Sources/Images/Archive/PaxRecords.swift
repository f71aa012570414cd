/// The records of a pax extended header: `length key=value\n`, again and again (POSIX, pax, "Extended Header").
struct PaxRecords {
    private(set) var records: [(key: String, value: ArraySlice<UInt8>)] = []

    init(_ bytes: [UInt8]) throws(ArchiveError) {
        let malformed = ArchiveError(.badHeader("malformed pax record"))
        var rest = bytes[...]
        while let first = rest.first, first != 0 {
            guard let blank = rest.firstIndex(of: UInt8(ascii: " ")), blank - rest.startIndex <= 10 else {
                throw malformed
            }
            let digits = rest[..<blank]
            guard !digits.isEmpty, digits.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }),
                let length = Int(String(decoding: digits, as: UTF8.self)),
                length > digits.count + 1, length <= rest.count
            else { throw malformed }
            let end = rest.startIndex + length
            let record = rest[(blank + 1)..<(end - 1)]
            guard rest[end - 1] == UInt8(ascii: "\n"), let equals = record.firstIndex(of: UInt8(ascii: "=")),
                equals > record.startIndex
            else { throw malformed }
            let key = String(decoding: record[..<equals], as: UTF8.self)
            records.append((key, record[(equals + 1)...]))
            rest = rest[end...]
        }
    }

    /// The last value of a key; an empty one takes back what the header block says, which is the same as none for us.
    subscript(key: String) -> ArraySlice<UInt8>? {
        records.last { $0.key == key }.flatMap { $0.value.isEmpty ? nil : $0.value }
    }

    /// A decimal number.
    func integer(_ key: String) throws(ArchiveError) -> Int64? {
        guard let value = self[key] else { return nil }
        guard let number = Int64(String(decoding: value, as: UTF8.self)) else {
            throw ArchiveError(.badHeader("pax record \(key) is no number"))
        }
        return number
    }

    /// Seconds with a fraction.
    func time(_ key: String) throws(ArchiveError) -> TarEntry.Time? {
        guard let value = self[key] else { return nil }
        let text = String(decoding: value, as: UTF8.self)
        let parts = text.split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
        guard let seconds = Int64(parts[0]) else { throw ArchiveError(.badHeader("pax record \(key) is no time")) }
        guard parts.count == 2 else { return TarEntry.Time(seconds: seconds, nanoseconds: 0) }
        guard parts[1].utf8.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }) else {
            throw ArchiveError(.badHeader("pax record \(key) is no time"))
        }
        let digits = String((parts[1] + "000000000").prefix(9))
        let nanoseconds = Int64(digits) ?? 0
        // Before 1970 the fraction counts away from zero too.
        if text.hasPrefix("-"), nanoseconds > 0 {
            return TarEntry.Time(seconds: max(seconds, .min + 1) - 1, nanoseconds: 1_000_000_000 - nanoseconds)
        }
        return TarEntry.Time(seconds: seconds, nanoseconds: nanoseconds)
    }

    /// Extended attributes as Go's and Schily's tars write them: the value's bytes as they are.
    var attributes: [TarEntry.Attribute] {
        let prefix = "SCHILY.xattr."
        return records.filter { $0.key.hasPrefix(prefix) && $0.key.utf8.count > prefix.utf8.count }.map {
            TarEntry.Attribute(name: String($0.key.dropFirst(prefix.count)), value: Array($0.value))
        }
    }
}
