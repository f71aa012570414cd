/// Base64 of RFC 4648 as the API takes it: padded, line breaks ignored.
struct Base64Text {
    /// Where a text stops being base64: the offset in bytes. What stands there is not told, it may be secret.
    struct Malformed: Error, Hashable {
        let offset: Int
    }

    let text: String

    init(_ text: String) { self.text = text }

    func decoded() throws(Malformed) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(text.utf8.count / 4 * 3)
        var (bits, symbols, padding): (UInt32, Int, Int) = (0, 0, 0)
        var offset = 0
        for symbol in text.utf8 {
            defer { offset += 1 }
            switch symbol {
            case UInt8(ascii: "\n"), UInt8(ascii: "\r"):
                continue
            case UInt8(ascii: "="):
                // Only in the last two places of a group of four.
                guard symbols % 4 >= 2, padding < 2 else { throw Malformed(offset: offset) }
                padding += 1
                guard symbols % 4 + padding <= 4 else { throw Malformed(offset: offset) }
            default:
                guard padding == 0, let value = Self.value(of: symbol) else { throw Malformed(offset: offset) }
                bits = bits << 6 | value
                symbols += 1
                // Every symbol but the first of a group of four completes a byte.
                if symbols % 4 != 1 { bytes.append(UInt8(truncatingIfNeeded: bits >> UInt32((4 - symbols % 4) % 4 * 2))) }
            }
        }
        guard (symbols + padding) % 4 == 0 else { throw Malformed(offset: offset) }
        return bytes
    }

    private static func value(of symbol: UInt8) -> UInt32? {
        switch symbol {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"): UInt32(symbol - UInt8(ascii: "A"))
        case UInt8(ascii: "a")...UInt8(ascii: "z"): UInt32(symbol - UInt8(ascii: "a")) + 26
        case UInt8(ascii: "0")...UInt8(ascii: "9"): UInt32(symbol - UInt8(ascii: "0")) + 52
        case UInt8(ascii: "+"): 62
        case UInt8(ascii: "/"): 63
        default: nil
        }
    }
}
