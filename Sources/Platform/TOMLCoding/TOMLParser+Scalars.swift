import JSONCoding

extension TOMLParser {
    /// Numbers, booleans, dates.
    mutating func scalar() throws(TOMLError) -> JSONNode {
        let start = index
        while let byte = current, !Self.endsScalar(byte) { index += 1 }
        // A date may have a blank in place of the T before its time.
        if current == 0x20, index - start == 10, bytes[start + 4] == UInt8(ascii: "-"), index + 1 < bytes.count,
            (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(bytes[index + 1])
        {
            index += 1
            while let byte = current, !Self.endsScalar(byte) { index += 1 }
        }
        let text = String(decoding: bytes[start..<index], as: UTF8.self)
        if let node = Self.scalar(text) { return node }
        index = start
        throw failure(text.isEmpty ? "no value" : "\"\(text.prefix(40))\" is no value; strings stand in quotes")
    }

    private static func endsScalar(_ byte: UInt8) -> Bool {
        byte <= 0x20 || ",]}#".utf8.contains(byte)
    }

    private static func scalar(_ text: String) -> JSONNode? {
        if text == "true" { return true }
        if text == "false" { return false }
        if let number = integer(text) { return JSONNode(number) }
        if let number = float(text) { return JSONNode(.number(number)) }
        return isDate(text) ? JSONNode(text) : nil
    }

    /// Without the underscores between digits; nil where one stands elsewhere.
    private static func plain(_ text: Substring) -> String? {
        let parts = text.split(separator: "_", omittingEmptySubsequences: false)
        for (index, part) in parts.enumerated() {
            guard let first = part.unicodeScalars.first, let last = part.unicodeScalars.last,
                index == 0 || first.properties.numericType != nil || ("a"..."f").contains(first) || ("A"..."F").contains(first),
                index == parts.count - 1 || last.properties.numericType != nil || ("a"..."f").contains(last)
                    || ("A"..."F").contains(last)
            else { return nil }
        }
        return parts.joined()
    }

    private static func integer(_ text: String) -> Int64? {
        for (prefix, radix) in [("0x", 16), ("0o", 8), ("0b", 2)] where text.hasPrefix(prefix) {
            guard let digits = plain(text.dropFirst(2)), !digits.hasPrefix("-"), !digits.hasPrefix("+") else { return nil }
            return Int64(digits, radix: radix)
        }
        guard let digits = plain(text[...]) else { return nil }
        let unsigned = digits.drop { $0 == "-" || $0 == "+" }
        guard unsigned == "0" || !unsigned.hasPrefix("0") else { return nil }
        return Int64(digits)
    }

    private static func float(_ text: String) -> Double? {
        guard let digits = plain(text[...]), digits.utf8.contains(where: { ".eE".utf8.contains($0) }),
            digits.utf8.allSatisfy({ "0123456789+-.eE".utf8.contains($0) })
        else { return nil }
        let mantissa = digits.drop { $0 == "-" || $0 == "+" }
        // A point has digits on both sides, and there is no leading zero.
        guard !mantissa.hasPrefix("."), !mantissa.hasSuffix("."), !mantissa.hasPrefix("00") else { return nil }
        return Double(digits).flatMap { $0.isFinite ? $0 : nil }
    }

    /// Whether a text has the form of RFC 3339, whole or a part of it.
    private static func isDate(_ text: String) -> Bool {
        let bytes = Array(text.utf8)
        guard bytes.count >= 8, bytes.count <= 40 else { return false }
        let isDay = bytes.count >= 10 && bytes[4] == UInt8(ascii: "-") && bytes[7] == UInt8(ascii: "-")
        let isTime = bytes[2] == UInt8(ascii: ":") && bytes[5] == UInt8(ascii: ":")
        return (isDay || isTime) && bytes.allSatisfy { "0123456789-:.TtZz+ ".utf8.contains($0) }
    }

    // MARK: Strings

    mutating func string() throws(TOMLError) -> String {
        if looksAt("\"\"\"") { return try text(ending: Array("\"\"\"".utf8), isBasic: true) }
        if looksAt("'''") { return try text(ending: Array("'''".utf8), isBasic: false) }
        return try text(ending: [bytes[index]], isBasic: bytes[index] == UInt8(ascii: "\""))
    }

    private mutating func text(ending end: [UInt8], isBasic: Bool) throws(TOMLError) -> String {
        let hasLines = end.count == 3
        index += end.count
        if hasLines { if looksAt("\r\n") { index += 2 } else if current == 0x0A { index += 1 } }
        var result: [UInt8] = []
        while let byte = current {
            if byte == end[0], bytes[index...].starts(with: end) {
                index += end.count
                // Up to two quotes may stand before the ending ones.
                var spare = 0
                while hasLines, spare < 2, current == end[0] {
                    result.append(end[0])
                    index += 1
                    spare += 1
                }
                return String(decoding: result, as: UTF8.self)
            }
            if byte == UInt8(ascii: "\\"), isBasic {
                try escape(into: &result, hasLines: hasLines)
                continue
            }
            let isLineEnd = byte == 0x0A || looksAt("\r\n")
            guard byte >= 0x20 || byte == 0x09 || (isLineEnd && hasLines), byte != 0x7F else {
                throw failure(isLineEnd ? "a string without its end" : "a control character in a string")
            }
            result.append(byte)
            index += 1
        }
        throw failure("a string without its end")
    }

    private mutating func escape(into result: inout [UInt8], hasLines: Bool) throws(TOMLError) {
        index += 1
        guard let byte = current else { throw failure("a string without its end") }
        let simple: [UInt8: UInt8] = [
            UInt8(ascii: "b"): 8, UInt8(ascii: "t"): 9, UInt8(ascii: "n"): 10, UInt8(ascii: "f"): 12, UInt8(ascii: "r"): 13,
            UInt8(ascii: "\""): UInt8(ascii: "\""), UInt8(ascii: "\\"): UInt8(ascii: "\\"),
        ]
        if let known = simple[byte] {
            result.append(known)
            index += 1
            return
        }
        if byte == UInt8(ascii: "u") || byte == UInt8(ascii: "U") {
            let count = byte == UInt8(ascii: "u") ? 4 : 8
            let digits = String(decoding: bytes[(index + 1)...].prefix(count), as: UTF8.self)
            guard digits.utf8.count == count, let value = UInt32(digits, radix: 16), let scalar = Unicode.Scalar(value) else {
                throw failure("no character of Unicode")
            }
            result += Array(String(Character(scalar)).utf8)
            index += 1 + count
            return
        }
        // At the end of a line it takes the line end and all white space behind it along.
        let start = index
        skipBlanks()
        guard hasLines, current == 0x0A || looksAt("\r\n") else {
            index = start
            throw failure("an unknown escape")
        }
        while let byte = current, byte == 0x20 || byte == 0x09 || byte == 0x0A || byte == 0x0D { index += 1 }
    }
}
