import JSONCoding

/// A scalar as it was written.
struct YAMLScalar {
    let text: String
    let isPlain: Bool

    /// The value that Kubernetes's YAML reader (yaml.v2 behind sigs.k8s.io/yaml) gives a plain scalar without a tag:
    /// YAML 1.1's booleans, integers in base 2, 8, 10 and 16, floats; everything else is a string. Nil for the numbers
    /// that JSON cannot say.
    var resolved: JSONNode.Content? {
        switch text {
        case "", "~", "null", "Null", "NULL": return .null
        case "true", "True", "TRUE", "yes", "Yes", "YES", "y", "Y", "on", "On", "ON": return .bool(true)
        case "false", "False", "FALSE", "no", "No", "NO", "n", "N", "off", "Off", "OFF": return .bool(false)
        case ".nan", ".NaN", ".NAN", ".inf", ".Inf", ".INF", "+.inf", "+.Inf", "+.INF", "-.inf", "-.Inf", "-.INF":
            return nil
        default: return number ?? .string(text)
        }
    }

    /// The number that the text is, nil if it is none.
    var number: JSONNode.Content? {
        guard let first = text.utf8.first, Self.isDigit(first) || [0x2B, 0x2D, 0x2E].contains(first) else { return nil }
        var digits = text.utf8.filter { $0 != UInt8(ascii: "_") }[...]
        var negative = false
        if let sign = digits.first, sign == UInt8(ascii: "-") || sign == UInt8(ascii: "+") {
            negative = sign == UInt8(ascii: "-")
            digits.removeFirst()
        }
        return Self.integer(digits, negative: negative) ?? Self.float(digits, negative: negative)
    }

    private static func integer(_ digits: ArraySlice<UInt8>, negative: Bool) -> JSONNode.Content? {
        var radix = 10
        var rest = digits
        if rest.count > 1, rest.first == UInt8(ascii: "0") {
            switch rest[rest.startIndex + 1] {
            case UInt8(ascii: "x"), UInt8(ascii: "X"): radix = 16
            case UInt8(ascii: "o"), UInt8(ascii: "O"): radix = 8
            case UInt8(ascii: "b"), UInt8(ascii: "B"): radix = 2
            default: radix = 0
            }
            // `0644`, the octal number of YAML 1.1 and of file modes.
            rest = radix == 0 ? rest.dropFirst() : rest.dropFirst(2)
            if radix == 0 { radix = 8 }
        }
        // The sign has been read; a second one is no number.
        guard rest.first.map({ $0 != UInt8(ascii: "+") && $0 != UInt8(ascii: "-") }) == true else { return nil }
        let sign: [UInt8] = negative ? [UInt8(ascii: "-")] : []
        let word = String(decoding: sign + rest, as: UTF8.self)
        if let value = Int64(word, radix: radix) { return .integer(value) }
        return UInt64(word, radix: radix).map { .unsigned($0) }
    }

    // [0-9]* [. [0-9]*] [(e|E) [+-] [0-9]+], with a digit in the mantissa
    private static func float(_ digits: ArraySlice<UInt8>, negative: Bool) -> JSONNode.Content? {
        var rest = digits
        let whole = rest.prefix(while: isDigit)
        rest = rest[whole.endIndex...]
        var fraction = rest.prefix(0)
        if rest.first == UInt8(ascii: ".") {
            fraction = rest.dropFirst().prefix(while: isDigit)
            rest = rest[fraction.endIndex...]
        }
        guard !whole.isEmpty || !fraction.isEmpty else { return nil }
        var exponent: [UInt8] = []
        if let mark = rest.first, mark == UInt8(ascii: "e") || mark == UInt8(ascii: "E") {
            rest = rest.dropFirst()
            if let sign = rest.first, sign == UInt8(ascii: "+") || sign == UInt8(ascii: "-") {
                exponent = [sign]
                rest = rest.dropFirst()
            }
            let digits = rest.prefix(while: isDigit)
            guard !digits.isEmpty else { return nil }
            rest = rest[digits.endIndex...]
            exponent = [UInt8(ascii: "e")] + exponent + digits
        }
        guard rest.isEmpty else { return nil }
        let mantissa = (whole.isEmpty ? [UInt8(ascii: "0")] : Array(whole)) + [UInt8(ascii: ".")]
        let word = mantissa + (fraction.isEmpty ? [UInt8(ascii: "0")] : Array(fraction)) + exponent
        guard let value = Double(String(decoding: word, as: UTF8.self)), value.isFinite else { return nil }
        return .number(negative ? -value : value)
    }

    private static func isDigit(_ byte: UInt8) -> Bool { byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9") }
}
