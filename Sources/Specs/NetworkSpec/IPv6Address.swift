/// An IPv6 address, held as one number so that it can be counted through.
public struct IPv6Address: Sendable, Hashable {
    /// The 128 bits, the first written group in the most significant place.
    public var bits: UInt128

    /// Makes an address of its 128 bits.
    public init(bits: UInt128) {
        self.bits = bits
    }

    /// Parses the forms of RFC 4291 section 2.2: groups, one `::`, and an IPv4 address in the last 32 bits.
    public init?(_ text: some StringProtocol) {
        let halves = Self.halves(of: Array(text.utf8))
        guard let halves, let head = Self.groups(halves.head, ipv4Last: halves.tail == nil) else { return nil }
        var groups = head
        if let rest = halves.tail {
            guard let tail = Self.groups(rest, ipv4Last: true), head.count + tail.count <= 7 else { return nil }
            groups += [UInt16](repeating: 0, count: 8 - head.count - tail.count) + tail
        }
        guard groups.count == 8 else { return nil }
        bits = groups.reduce(0) { $0 << 16 | UInt128($1) }
    }

    /// The sixteen bytes in network order.
    public var bytes: [UInt8] {
        (0..<16).map { UInt8(truncatingIfNeeded: bits >> UInt128(8 * (15 - $0))) }
    }

    /// The eight groups as written.
    private var groups: [UInt16] {
        (0..<8).map { UInt16(truncatingIfNeeded: bits >> UInt128(16 * (7 - $0))) }
    }

    /// Cuts at the one `::` that may be there.
    private static func halves(of text: [UInt8]) -> (head: ArraySlice<UInt8>, tail: ArraySlice<UInt8>?)? {
        let colon = UInt8(ascii: ":")
        for index in text.indices.dropLast() where text[index] == colon && text[index + 1] == colon {
            return (text[..<index], text[(index + 2)...])
        }
        return text.isEmpty ? nil : (text[...], nil)
    }

    /// The groups of one half; the last may be an IPv4 address, which counts as two.
    private static func groups(_ text: ArraySlice<UInt8>, ipv4Last: Bool) -> [UInt16]? {
        guard !text.isEmpty else { return [] }
        var groups: [UInt16] = []
        let parts = text.split(separator: UInt8(ascii: ":"), omittingEmptySubsequences: false)
        for (index, part) in parts.enumerated() {
            if ipv4Last, index == parts.count - 1, part.contains(UInt8(ascii: ".")) {
                guard let address = IPv4Address(String(decoding: part, as: UTF8.self)) else { return nil }
                groups += [UInt16(address.bits >> 16), UInt16(address.bits & 0xffff)]
                continue
            }
            guard (1...4).contains(part.count) else { return nil }
            var value: UInt16 = 0
            for character in part {
                guard let digit = Character(UnicodeScalar(character)).hexDigitValue else { return nil }
                value = value << 4 | UInt16(digit)
            }
            groups.append(value)
        }
        return groups.count <= 8 ? groups : nil
    }
}

extension IPv6Address: CustomStringConvertible, Comparable {
    /// The canonical form of RFC 5952: lower case, and the longest run of two or more zero groups as `::`.
    public var description: String {
        let groups = self.groups
        if groups[..<5].allSatisfy({ $0 == 0 }), groups[5] == 0xffff {
            return "::ffff:\(IPv4Address(bits: UInt32(truncatingIfNeeded: bits)))"
        }
        var longest = 0..<0
        var start = 0
        while start < 8 {
            let end = groups[start...].firstIndex { $0 != 0 } ?? 8
            if end - start > max(longest.count, 1) { longest = start..<end }
            start = max(end, start) + 1
        }
        func written(_ part: ArraySlice<UInt16>) -> String {
            part.map { String($0, radix: 16) }.joined(separator: ":")
        }
        guard !longest.isEmpty else { return written(groups[...]) }
        return "\(written(groups[..<longest.lowerBound]))::\(written(groups[longest.upperBound...]))"
    }

    public static func < (left: IPv6Address, right: IPv6Address) -> Bool { left.bits < right.bits }
}
