/// An IPv4 address, held in host order so that it can be counted through.
public struct IPv4Address: Sendable, Hashable {
    /// The 32 bits, most significant byte first in the written form.
    public var bits: UInt32

    /// Makes an address of its 32 bits.
    public init(bits: UInt32) {
        self.bits = bits
    }

    /// Makes an address of its four parts as written.
    public init(_ first: UInt8, _ second: UInt8, _ third: UInt8, _ fourth: UInt8) {
        bits = UInt32(first) << 24 | UInt32(second) << 16 | UInt32(third) << 8 | UInt32(fourth)
    }

    /// Parses the dotted form: four decimal numbers without leading zeros (some programs read those as octal).
    public init?(_ text: some StringProtocol) {
        var bits: UInt32 = 0
        var parts = 0
        for part in text.utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false) {
            guard parts < 4, (1...3).contains(part.count), part.count == 1 || part.first != UInt8(ascii: "0") else {
                return nil
            }
            var value: UInt32 = 0
            for digit in part {
                guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(digit) else { return nil }
                value = value * 10 + UInt32(digit - UInt8(ascii: "0"))
            }
            guard value <= 255 else { return nil }
            bits = bits << 8 | value
            parts += 1
        }
        guard parts == 4 else { return nil }
        self.bits = bits
    }

    /// The four bytes in network order.
    public var bytes: [UInt8] {
        [
            UInt8(truncatingIfNeeded: bits >> 24), UInt8(truncatingIfNeeded: bits >> 16),
            UInt8(truncatingIfNeeded: bits >> 8), UInt8(truncatingIfNeeded: bits),
        ]
    }
}

extension IPv4Address: CustomStringConvertible, Comparable {
    public var description: String {
        "\(bits >> 24).\(bits >> 16 & 255).\(bits >> 8 & 255).\(bits & 255)"
    }

    public static func < (left: IPv4Address, right: IPv4Address) -> Bool { left.bits < right.bits }
}
