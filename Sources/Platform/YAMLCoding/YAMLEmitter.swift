import JSONCoding

extension YAML {
    /// A node as one YAML document in block style, as `kubectl -o yaml` lays it out: keys in their order, sequences at
    /// the level of their key. Reading it back gives an equal node.
    public static func serialize(_ node: JSONNode) -> [UInt8] {
        var emitter = YAMLEmitter()
        emitter.write(node, indentation: 0)
        return emitter.bytes
    }
}

/// Writes a node as YAML.
struct YAMLEmitter {
    private(set) var bytes: [UInt8] = []

    /// Writes a value that begins a line (after its indentation), with the newline that ends it.
    mutating func write(_ node: JSONNode, indentation: Int) {
        switch node.value {
        case .array(let elements) where !elements.isEmpty: write(elements, indentation: indentation)
        case .object(let members) where !members.isEmpty: write(members, indentation: indentation)
        default: writeScalar(node, indentation: indentation)
        }
    }

    private mutating func write(_ elements: [JSONNode], indentation: Int) {
        for (index, element) in elements.enumerated() {
            if index > 0 { indent(indentation) }
            append("- ")
            // What is inside stands under the first character after the dash.
            write(element, indentation: indentation + 2)
        }
    }

    private mutating func write(_ members: [JSONNode.Member], indentation: Int) {
        for (index, member) in members.enumerated() {
            if index > 0 { indent(indentation) }
            append(YAMLEmitter.isPlain(member.key) ? member.key : YAMLEmitter.quoted(member.key))
            append(":")
            switch member.value.value {
            case .array(let elements) where !elements.isEmpty:
                append("\n")
                indent(indentation)
                write(elements, indentation: indentation)
            case .object(let inner) where !inner.isEmpty:
                append("\n")
                indent(indentation + 2)
                write(inner, indentation: indentation + 2)
            default:
                append(" ")
                writeScalar(member.value, indentation: indentation + 2)
            }
        }
    }

    private mutating func writeScalar(_ node: JSONNode, indentation: Int) {
        switch node.value {
        case .string(let text) where YAMLEmitter.isPlain(text): append(text)
        case .string(let text) where YAMLEmitter.isLiteral(text): return writeLiteral(text, indentation: indentation)
        case .string(let text): append(YAMLEmitter.quoted(text))
        case .array: append("[]")
        case .object: append("{}")
        default: bytes += JSON.serialize(node)
        }
        append("\n")
    }

    /// A block scalar: `|` with the sign that says how many newlines end it.
    private mutating func writeLiteral(_ text: String, indentation: Int) {
        let trailing = text.utf8.reversed().prefix { $0 == UInt8(ascii: "\n") }.count
        append(trailing == 0 ? "|-\n" : trailing == 1 ? "|\n" : "|+\n")
        let body = trailing == 0 ? text[...] : text.dropLast()
        // At the top level too, the lines of a block scalar are indented.
        let depth = max(indentation, 2)
        for line in body.split(separator: "\n", omittingEmptySubsequences: false) {
            if !line.isEmpty { indent(depth) }
            append(line)
            append("\n")
        }
    }

    private mutating func indent(_ count: Int) {
        bytes.append(contentsOf: repeatElement(UInt8(ascii: " "), count: count))
    }

    private mutating func append(_ text: some StringProtocol) {
        bytes.append(contentsOf: text.utf8)
    }

    // MARK: Which form

    /// Whether a string may stand without quotes: nobody reads it as anything but this string.
    static func isPlain(_ text: String) -> Bool {
        let utf8 = Array(text.utf8)
        guard let first = utf8.first, let last = utf8.last, first != 0x20, last != 0x20 else { return false }
        guard YAMLScalar(text: text, isPlain: true).resolved == .string(text), !isTimeLike(utf8) else { return false }
        // Indicators of YAML 1.2, 5.3; `-`, `?` and `:` only before white space, which the loop below refuses for `:`.
        if "!&*|>'\"%@`{}[],#=<~".utf8.contains(first) { return false }
        if first == UInt8(ascii: "-") || first == UInt8(ascii: "?") || first == UInt8(ascii: ":") {
            guard utf8.count > 1, utf8[1] != 0x20, first != UInt8(ascii: ":"), !text.hasPrefix("---") else {
                return false
            }
        }
        if text.hasPrefix("...") { return false }
        for (index, byte) in utf8.enumerated() {
            switch byte {
            case 0..<0x20, 0x7F...: return false
            case UInt8(ascii: ":"): if index + 1 == utf8.count || utf8[index + 1] == 0x20 { return false }
            case UInt8(ascii: "#"): if utf8[index - 1] == 0x20 { return false }
            default: break
            }
        }
        return true
    }

    /// Dates and base-60 numbers, which YAML 1.1 readers take for more than strings.
    private static func isTimeLike(_ text: [UInt8]) -> Bool {
        let digits = text.prefix { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
        guard !digits.isEmpty, digits.count < text.count else { return false }
        let next = text[digits.count]
        return next == UInt8(ascii: ":") || (digits.count == 4 && next == UInt8(ascii: "-"))
    }

    /// Several lines of printable text whose first does not begin with a space (it would set the indentation).
    private static func isLiteral(_ text: String) -> Bool {
        guard text.utf8.contains(UInt8(ascii: "\n")), let first = text.utf8.first, first != 0x20, first != 0x0A else {
            return false
        }
        return text.unicodeScalars.allSatisfy { $0 == "\n" || isPrintable($0) }
    }

    private static func isPrintable(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x20...0x7E, 0xA0...0x2027, 0x202A...0xD7FF, 0xE000...0xFEFE, 0xFF00...0xFFFD, 0x10000...0x10FFFF: true
        default: false
        }
    }

    private static func quoted(_ text: String) -> String {
        var quoted = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": quoted += "\\\""
            case "\\": quoted += "\\\\"
            case "\n": quoted += "\\n"
            case "\t": quoted += "\\t"
            case "\r": quoted += "\\r"
            case _ where isPrintable(scalar): quoted.unicodeScalars.append(scalar)
            default:
                let digits = String(scalar.value, radix: 16)
                let (mark, width) = scalar.value < 0x100 ? ("x", 2) : scalar.value < 0x10000 ? ("u", 4) : ("U", 8)
                quoted += "\\" + mark + String(repeating: "0", count: width - digits.count) + digits
            }
        }
        return quoted + "\""
    }
}
