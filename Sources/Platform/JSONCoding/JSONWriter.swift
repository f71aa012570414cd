/// Writes a node as text.
struct JSONWriter {
    let style: JSON.Style
    private(set) var bytes: [UInt8] = []
    private var indentation = 0

    init(style: JSON.Style) {
        self.style = style
    }

    mutating func write(_ node: JSONNode) {
        switch node.value {
        case .null: append("null")
        case .bool(let value): append(value ? "true" : "false")
        case .integer(let value): append(value.description)
        case .unsigned(let value): append(value.description)
        case .number(let value): append(value.isFinite ? value.description : "null")
        case .string(let value): write(string: value)
        case .array(let elements):
            write(opening: "[", closing: "]", elements) { writer, element in writer.write(element) }
        case .object(let members):
            let ordered =
                style == .canonical ? members.sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) } : members
            write(opening: "{", closing: "}", ordered) { writer, member in
                writer.write(string: member.key)
                writer.append(writer.style == .pretty ? ": " : ":")
                writer.write(member.value)
            }
        }
    }

    private mutating func write<Item>(
        opening: StaticString,
        closing: StaticString,
        _ items: [Item],
        item: (inout JSONWriter, Item) -> Void
    ) {
        append(opening)
        indentation += 1
        for (index, value) in items.enumerated() {
            if index > 0 { append(",") }
            newLine()
            item(&self, value)
        }
        indentation -= 1
        if !items.isEmpty { newLine() }
        append(closing)
    }

    private mutating func newLine() {
        guard style == .pretty else { return }
        bytes.append(UInt8(ascii: "\n"))
        bytes.append(contentsOf: repeatElement(UInt8(ascii: " "), count: 2 * indentation))
    }

    private mutating func write(string: String) {
        bytes.append(UInt8(ascii: "\""))
        defer { bytes.append(UInt8(ascii: "\"")) }
        // Nearly all strings are copied as they are.
        let isPlain = string.utf8.allSatisfy { $0 >= 0x20 && $0 != UInt8(ascii: "\"") && $0 != UInt8(ascii: "\\") }
        guard !isPlain else {
            bytes.append(contentsOf: string.utf8)
            return
        }
        for byte in string.utf8 {
            switch byte {
            case UInt8(ascii: "\""): append("\\\"")
            case UInt8(ascii: "\\"): append("\\\\")
            case UInt8(ascii: "\n"): append("\\n")
            case UInt8(ascii: "\r"): append("\\r")
            case UInt8(ascii: "\t"): append("\\t")
            case 0..<0x20:
                append("\\u00")
                bytes.append(Self.hexadecimal(byte >> 4))
                bytes.append(Self.hexadecimal(byte & 15))
            default: bytes.append(byte)
            }
        }
    }

    private static func hexadecimal(_ digit: UInt8) -> UInt8 {
        digit < 10 ? UInt8(ascii: "0") + digit : UInt8(ascii: "a") + digit - 10
    }

    private mutating func append(_ text: StaticString) {
        bytes.append(contentsOf: UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
    }

    private mutating func append(_ text: String) {
        bytes.append(contentsOf: text.utf8)
    }
}
