import JSONCoding

/// An amount as Kubernetes writes it: `500m`, `1.5Gi`, `2e3`. Exact to a thousand-millionth; finer parts round up.
///
/// Quantities compare by amount; the text is kept as it was written.
public struct Quantity: Sendable, Hashable, Comparable, CustomStringConvertible {
    /// The amount in units of 10⁻⁹.
    private let nano: Int128
    /// As it was written.
    public let description: String

    /// Reads a quantity; nil if the text is none, or an amount beyond 2⁶³ − 1.
    public init?(_ text: String) {
        guard let nano = Self.parse(text) else { return nil }
        self.nano = nano
        description = text
    }

    /// The amount in thousandths (millicores), rounded up.
    public var milli: Int64 { rounded(to: 1_000_000) }

    /// The amount in whole units (bytes, cores), rounded up.
    public var units: Int64 { rounded(to: 1_000_000_000) }

    /// True for less than nothing.
    public var isNegative: Bool { nano < 0 }

    /// True for nothing.
    public var isZero: Bool { nano == 0 }

    public static func == (a: Quantity, b: Quantity) -> Bool { a.nano == b.nano }

    public static func < (a: Quantity, b: Quantity) -> Bool { a.nano < b.nano }

    public func hash(into hasher: inout Hasher) { hasher.combine(nano) }

    private func rounded(to unit: Int128) -> Int64 {
        let (quotient, remainder) = nano.quotientAndRemainder(dividingBy: unit)
        return Int64(clamping: quotient + (remainder > 0 ? 1 : 0))
    }

    // [+-] digits [. digits] (e|E [+-] digits | n u m k M G T P E | Ki Mi Gi Ti Pi Ei)
    private static func parse(_ text: String) -> Int128? {
        var rest = Substring(text).utf8
        var negative = false
        if let sign = rest.first, sign == UInt8(ascii: "-") || sign == UInt8(ascii: "+") {
            negative = sign == UInt8(ascii: "-")
            rest.removeFirst()
        }
        let whole = digits(&rest)
        var fraction: Substring.UTF8View.SubSequence = rest.prefix(0)
        if rest.first == UInt8(ascii: ".") {
            rest.removeFirst()
            fraction = digits(&rest)
        }
        guard !whole.isEmpty || !fraction.isEmpty, let scale = Scale(suffix: Substring(rest)) else { return nil }

        var amount: Int128 = 0
        for digit in whole {
            amount = amount * 10 + Int128(digit - UInt8(ascii: "0"))
            guard amount <= Int128(Int64.max) * 1_000_000_000 else { return nil }
        }
        // Beyond 18 decimals nothing is left to round but up.
        var divisor: Int128 = 1
        for digit in fraction.prefix(18) {
            amount = amount * 10 + Int128(digit - UInt8(ascii: "0"))
            divisor *= 10
            guard amount <= Int128.max / 20 else { return nil }
        }
        let inexact = fraction.dropFirst(18).contains { $0 != UInt8(ascii: "0") }
        guard let nano = scale.apply(to: amount, over: divisor, inexact: inexact),
            nano <= Int128(Int64.max) * 1_000_000_000
        else { return nil }
        return negative ? -nano : nano
    }

    private static func digits(_ rest: inout Substring.UTF8View) -> Substring.UTF8View.SubSequence {
        let digits = rest.prefix { $0 >= UInt8(ascii: "0") && $0 <= UInt8(ascii: "9") }
        rest = rest[digits.endIndex...]
        return digits
    }
}

/// What a quantity's suffix multiplies with: a power of ten or of two, in units of 10⁻⁹.
private enum Scale {
    case ten(Int)
    case two(Int)

    init?(suffix: Substring) {
        switch suffix {
        case "n": self = .ten(0)
        case "u": self = .ten(3)
        case "m": self = .ten(6)
        case "": self = .ten(9)
        case "k": self = .ten(12)
        case "M": self = .ten(15)
        case "G": self = .ten(18)
        case "T": self = .ten(21)
        case "P": self = .ten(24)
        case "E": self = .ten(27)
        case "Ki": self = .two(10)
        case "Mi": self = .two(20)
        case "Gi": self = .two(30)
        case "Ti": self = .two(40)
        case "Pi": self = .two(50)
        case "Ei": self = .two(60)
        default:
            guard suffix.first == "e" || suffix.first == "E", let exponent = Int(suffix.dropFirst()),
                (-100...100).contains(exponent)
            else { return nil }
            self = .ten(9 + exponent)
        }
    }

    /// amount / divisor · scale, rounded up; nil on overflow.
    func apply(to amount: Int128, over divisor: Int128, inexact: Bool) -> Int128? {
        var numerator = amount
        var denominator = divisor
        switch self {
        case .ten(let exponent) where exponent < 0:
            for _ in exponent..<0 {
                let (product, overflow) = denominator.multipliedReportingOverflow(by: 10)
                // So small that only the rounding up is left of it.
                if overflow { return numerator > 0 || inexact ? 1 : 0 }
                denominator = product
            }
        case .ten(let exponent):
            guard multiply(&numerator, 10, exponent, against: &denominator) else { return nil }
        case .two(let exponent):
            guard multiply(&numerator, 10, 9, against: &denominator),
                multiply(&numerator, 2, exponent, against: &denominator)
            else { return nil }
        }
        let (quotient, remainder) = numerator.quotientAndRemainder(dividingBy: denominator)
        return quotient + (remainder > 0 || inexact ? 1 : 0)
    }

    /// numerator · factor^exponent, cancelled against the denominator where possible; false on overflow.
    private func multiply(
        _ numerator: inout Int128,
        _ factor: Int128,
        _ exponent: Int,
        against denominator: inout Int128
    ) -> Bool {
        for _ in 0..<exponent {
            if denominator.isMultiple(of: factor) {
                denominator /= factor
                continue
            }
            let (product, overflow) = numerator.multipliedReportingOverflow(by: factor)
            if overflow { return false }
            numerator = product
        }
        return true
    }
}

extension Quantity: Codable {
    /// A text that is no quantity.
    public struct InvalidQuantity: Error, Sendable, CustomStringConvertible {
        let text: String
        public var description: String { "\"\(text)\" is no quantity (like 500m, 1.5Gi or 2e3)" }
    }

    public init(from decoder: any Decoder) throws {
        let node = try JSONNode(from: decoder)
        guard let quantity = Quantity(node: node) else {
            throw InvalidQuantity(text: String(decoding: JSON.serialize(node), as: UTF8.self))
        }
        self = quantity
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }

    /// The quantity in a node: a string, or a plain number as manifests often have it.
    init?(node: JSONNode) {
        switch node.value {
        case .string(let text): self.init(text)
        case .integer, .unsigned, .number: self.init(String(decoding: JSON.serialize(node), as: UTF8.self))
        default: return nil
        }
    }
}
