/// Base64 of RFC 4648: bytes in a text.
public enum Base64 {
    /// What `=` at the end may be.
    public enum Padding: Sendable, Hashable {
        /// There, and right.
        case required
        /// There and right, or not there at all.
        case optional
        /// Anything.
        case ignored
    }

    private static let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)

    private static let values = Dictionary(uniqueKeysWithValues: alphabet.enumerated().map { ($1, UInt32($0)) })

    /// In the first alphabet (section 4), with padding.
    public static func encode(_ bytes: [UInt8]) -> String {
        var text: [UInt8] = []
        text.reserveCapacity((bytes.count + 2) / 3 * 4)
        for start in stride(from: 0, to: bytes.count, by: 3) {
            let group = bytes[start..<min(start + 3, bytes.count)]
            var bits: UInt32 = 0
            for offset in 0..<3 { bits = bits << 8 | (offset < group.count ? UInt32(group[start + offset]) : 0) }
            for position in 0..<4 {
                let symbol = alphabet[Int(bits >> UInt32(18 - 6 * position) & 63)]
                text.append(position <= group.count ? symbol : UInt8(ascii: "="))
            }
        }
        return String(decoding: text, as: UTF8.self)
    }

    /// Nil where the text is no base64.
    ///
    /// - Parameter acceptsURLAlphabet: `-` and `_` (section 5) stand for `+` and `/` as well.
    public static func decode(
        _ text: String,
        padding: Padding = .required,
        acceptsURLAlphabet: Bool = false
    ) -> [UInt8]? {
        var symbols = Array(text.utf8)
        let marks = symbols.reversed().prefix { $0 == UInt8(ascii: "=") }.count
        let isWhole = marks <= 2 && symbols.count % 4 == 0
        switch padding {
        case .required where !isWhole: return nil
        case .optional where marks > 0 && !isWhole: return nil
        case .required, .optional, .ignored: symbols.removeLast(marks)
        }
        // One symbol is less than a byte.
        guard symbols.count % 4 != 1 else { return nil }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(symbols.count * 3 / 4)
        var (bits, count) = (UInt32(0), 0)
        for symbol in symbols {
            guard let value = values[acceptsURLAlphabet ? first(of: symbol) : symbol] else { return nil }
            bits = bits << 6 | value
            count += 6
            guard count >= 8 else { continue }
            count -= 8
            bytes.append(UInt8(truncatingIfNeeded: bits >> UInt32(count)))
        }
        return bytes
    }

    /// The symbol of the first alphabet.
    private static func first(of symbol: UInt8) -> UInt8 {
        switch symbol {
        case UInt8(ascii: "-"): UInt8(ascii: "+")
        case UInt8(ascii: "_"): UInt8(ascii: "/")
        default: symbol
        }
    }
}
