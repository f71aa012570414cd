/// A key as a terminal sends it.
public enum TerminalKey: Sendable, Hashable {
    case character(Character)
    /// With its letter: `ctrl-d` is `.control("d")`.
    case control(Character)
    case enter, escape, backspace, tab
    case up, down, left, right, home, end, pageUp, pageDown, delete
}

/// Reads keys out of what a terminal sends, across reads that end in the middle of one.
public struct TerminalKeyDecoder: Sendable {
    private var bytes: [UInt8] = []

    public init() {}

    /// Whether bytes wait that may be the beginning of a key: an escape on its own is known by nothing following it.
    public var isWaiting: Bool { !bytes.isEmpty }

    /// - Parameter isComplete: whether nothing follows for now; an escape that waits is then the key itself.
    public mutating func decode(_ more: [UInt8], isComplete: Bool) -> [TerminalKey] {
        bytes += more
        var keys: [TerminalKey] = []
        while let first = bytes.first {
            if first == 0x1B {
                guard let (key, length) = sequence(isComplete: isComplete) else { break }
                bytes.removeFirst(length)
                if let key { keys.append(key) }
                continue
            }
            let length = Self.length(of: first)
            if bytes.count < length && !isComplete { break }
            let scalar = Array(bytes.prefix(length))
            bytes.removeFirst(min(length, bytes.count))
            if let key = Self.key(scalar) { keys.append(key) }
        }
        return keys
    }

    /// An escape sequence at the beginning: its key (nil for one that means nothing here) and its length; nil where more has
    /// to come.
    private func sequence(isComplete: Bool) -> (TerminalKey?, Int)? {
        guard bytes.count > 1 else { return isComplete ? (.escape, 1) : nil }
        // `ESC [` and `ESC O` begin sequences; anything else is a key after an escape.
        guard bytes[1] == UInt8(ascii: "[") || bytes[1] == UInt8(ascii: "O") else { return (.escape, 1) }
        // Parameters, then a final byte (ECMA-48, 5.4).
        guard let end = bytes.dropFirst(2).firstIndex(where: { (0x40...0x7E).contains($0) }) else {
            return isComplete ? (nil, bytes.count) : nil
        }
        let parameter = bytes[2..<end].prefix { $0 != UInt8(ascii: ";") }
        let key: TerminalKey? =
            switch (bytes[end], String(decoding: parameter, as: UTF8.self)) {
            case (UInt8(ascii: "A"), _): .up
            case (UInt8(ascii: "B"), _): .down
            case (UInt8(ascii: "C"), _): .right
            case (UInt8(ascii: "D"), _): .left
            case (UInt8(ascii: "H"), _), (UInt8(ascii: "~"), "1"), (UInt8(ascii: "~"), "7"): .home
            case (UInt8(ascii: "F"), _), (UInt8(ascii: "~"), "4"), (UInt8(ascii: "~"), "8"): .end
            case (UInt8(ascii: "~"), "3"): .delete
            case (UInt8(ascii: "~"), "5"): .pageUp
            case (UInt8(ascii: "~"), "6"): .pageDown
            default: nil
            }
        return (key, end + 1)
    }

    /// Bytes of the UTF-8 scalar that begins so.
    private static func length(of first: UInt8) -> Int {
        switch first {
        case 0xC0...0xDF: 2
        case 0xE0...0xEF: 3
        case 0xF0...0xF7: 4
        default: 1
        }
    }

    private static func key(_ bytes: [UInt8]) -> TerminalKey? {
        switch bytes[0] {
        case 0x0D, 0x0A: return .enter
        case 0x09: return .tab
        case 0x7F, 0x08: return .backspace
        case 0x01...0x1A: return .control(Character(Unicode.Scalar(bytes[0] + 0x60)))
        case 0x00...0x1F: return nil
        default:
            let text = String(decoding: bytes, as: UTF8.self)
            return text == "\u{FFFD}" ? nil : text.first.map { .character($0) }
        }
    }
}
