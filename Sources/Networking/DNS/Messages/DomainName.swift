/// A domain name without its case: RFC 4343.
public struct DomainName: Sendable, Hashable {
    /// The uncompressed form of RFC 1035 3.1, in lower case: labels behind their lengths, then a zero.
    package let wire: [UInt8]

    /// A name that is known to be in form: lower case, at most 255 bytes.
    package init(wire: [UInt8]) {
        self.wire = wire
    }

    /// The root.
    package static let root = DomainName(wire: [0])

    /// Takes a written name, with or without the dot at its end; nil where a label is empty or too long, or the whole is.
    public init?(_ text: some StringProtocol) {
        var wire: [UInt8] = []
        wire.reserveCapacity(text.utf8.count + 2)
        var rest = Array(text.utf8)[...]
        if rest.last == UInt8(ascii: ".") { rest = rest.dropLast() }
        for label in rest.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false) {
            if label.isEmpty && rest.isEmpty { break }
            guard (1...63).contains(label.count) else { return nil }
            wire.append(UInt8(label.count))
            for byte in label { wire.append(DomainName.lowercase(byte)) }
        }
        wire.append(0)
        guard wire.count <= 255 else { return nil }
        self.wire = wire
    }

    /// The labels, the first one first.
    var labels: [ArraySlice<UInt8>] {
        var labels: [ArraySlice<UInt8>] = []
        var index = 0
        while wire[index] != 0 {
            let end = index + 1 + Int(wire[index])
            labels.append(wire[index + 1..<end])
            index = end
        }
        return labels
    }

    /// The name less a suffix: `web` of `web.dns.podman` and `dns.podman`. Nil where it does not end so, or is the suffix.
    package func relative(to suffix: DomainName) -> DomainName? {
        let length = wire.count - suffix.wire.count
        guard length > 0, wire[length...].elementsEqual(suffix.wire), startsLabel(length) else { return nil }
        return DomainName(wire: Array(wire[..<length]) + [0])
    }

    /// True for the suffix itself and for every name below it.
    func isWithin(_ suffix: DomainName) -> Bool { self == suffix || relative(to: suffix) != nil }

    /// The name less its first labels; nil where it has no more than those.
    func dropping(_ labels: Int) -> DomainName? {
        var index = 0
        for _ in 0..<labels {
            guard wire[index] != 0 else { return nil }
            index += 1 + Int(wire[index])
        }
        return wire[index] == 0 ? nil : DomainName(wire: Array(wire[index...]))
    }

    private func startsLabel(_ offset: Int) -> Bool {
        var index = 0
        while index < offset { index += 1 + Int(wire[index]) }
        return index == offset
    }

    static func lowercase(_ byte: UInt8) -> UInt8 {
        (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte) ? byte | 0x20 : byte
    }
}

extension DomainName: CustomStringConvertible {
    /// The written form with a dot at its end; bytes that are no plain text as `\DDD`, RFC 4343 2.1.
    public var description: String {
        if wire.count == 1 { return "." }
        var text = ""
        for label in labels {
            for byte in label {
                switch byte {
                case UInt8(ascii: "."), UInt8(ascii: "\\"): text += "\\" + String(UnicodeScalar(byte))
                case 0x21...0x7E: text.unicodeScalars.append(UnicodeScalar(byte))
                default: text += "\\" + String(repeating: "0", count: byte < 10 ? 2 : byte < 100 ? 1 : 0) + "\(byte)"
                }
            }
            text += "."
        }
        return text
    }
}
