import Glibc

/// The first bytes of a character in UTF-8 whose others have not come yet; three at most.
struct BegunCharacter {
    private var storage: (UInt8, UInt8, UInt8) = (0, 0, 0)
    private(set) var count = 0

    init() {}

    init(_ bytes: UnsafeRawBufferPointer) {
        for byte in bytes.prefix(3) {
            switch count {
            case 0: storage.0 = byte
            case 1: storage.1 = byte
            default: storage.2 = byte
            }
            count += 1
        }
    }

    var isEmpty: Bool { count == 0 }

    var bytes: [UInt8] { Array([storage.0, storage.1, storage.2].prefix(count)) }
}

/// Writes bytes as the inside of a JSON string, as Docker does: also `<`, `>`, `&`, U+2028 and U+2029 are escaped, and each byte that
/// is no UTF-8 becomes U+FFFD.
struct JSONStringWriter {
    /// Where the next byte goes. There is room for six times what is appended.
    private(set) var position: UnsafeMutableRawPointer

    init(_ position: UnsafeMutableRawPointer) {
        self.position = position
    }

    /// Appends text; gives what it did not write: a character that is not complete where the text `goesOn`.
    mutating func append(_ text: UnsafeRawBufferPointer, goesOn: Bool) -> BegunCharacter {
        var index = 0
        while index < text.count {
            let plain = JSONStringWriter.plainCount(text, from: index)
            if plain > 0, let base = text.baseAddress {
                memcpy(position, base + index, plain)
                position += plain
                index += plain
                continue
            }
            let rest = UnsafeRawBufferPointer(rebasing: text[index...])
            if rest[0] < 0x80 {
                append(special: rest[0])
                index += 1
                continue
            }
            switch UTF8Sequence(rest) {
            case .whole(let length):
                append(character: rest, length)
                index += length
            case .begun where goesOn: return BegunCharacter(rest)
            case .begun, .wrong:
                append(escape: UInt8(ascii: "u"))
                append("fffd")
                index += 1
            }
        }
        return BegunCharacter()
    }

    /// Appends a backslash and a letter.
    mutating func append(escape letter: UInt8) {
        position.storeBytes(of: UInt8(ascii: "\\"), as: UInt8.self)
        position.storeBytes(of: letter, toByteOffset: 1, as: UInt8.self)
        position += 2
    }

    /// How many bytes there are that stand for themselves.
    private static func plainCount(_ text: UnsafeRawBufferPointer, from start: Int) -> Int {
        var index = start
        while index < text.count, isPlain(text[index]) { index += 1 }
        return index - start
    }

    @inline(__always) private static func isPlain(_ byte: UInt8) -> Bool {
        switch byte {
        case 0..<0x20, 0x80..., UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "<"), UInt8(ascii: ">"), UInt8(ascii: "&"): false
        default: true
        }
    }

    private mutating func append(special byte: UInt8) {
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"): append(escape: byte)
        case UInt8(ascii: "\n"): append(escape: UInt8(ascii: "n"))
        case UInt8(ascii: "\r"): append(escape: UInt8(ascii: "r"))
        default:
            append(escape: UInt8(ascii: "u"))
            append("00")
            for digit in [byte >> 4, byte & 0xF] {
                append(byte: digit < 10 ? UInt8(ascii: "0") + digit : UInt8(ascii: "a") + digit - 10)
            }
        }
    }

    private mutating func append(character bytes: UnsafeRawBufferPointer, _ length: Int) {
        // The line separators of JavaScript.
        if length == 3, bytes[0] == 0xE2, bytes[1] == 0x80, bytes[2] == 0xA8 || bytes[2] == 0xA9 {
            append(escape: UInt8(ascii: "u"))
            append(bytes[2] == 0xA8 ? "2028" : "2029")
            return
        }
        for byte in bytes[..<length] { append(byte: byte) }
    }

    private mutating func append(byte: UInt8) {
        position.storeBytes(of: byte, as: UInt8.self)
        position += 1
    }

    private mutating func append(_ text: StaticString) {
        memcpy(position, text.utf8Start, text.utf8CodeUnitCount)
        position += text.utf8CodeUnitCount
    }
}

/// What bytes begin with that are no ASCII (RFC 3629, section 4).
enum UTF8Sequence: Equatable {
    case whole(Int)
    /// They end within a character.
    case begun
    case wrong

    init(_ bytes: UnsafeRawBufferPointer) {
        guard let first = bytes.first else {
            self = .begun
            return
        }
        let length: Int
        // Neither longer than it must be, nor a surrogate, nor past U+10FFFF.
        var second: ClosedRange<UInt8> = 0x80...0xBF
        switch first {
        case 0xC2...0xDF: length = 2
        case 0xE0: (length, second) = (3, 0xA0...0xBF)
        case 0xED: (length, second) = (3, 0x80...0x9F)
        case 0xE1...0xEF: length = 3
        case 0xF0: (length, second) = (4, 0x90...0xBF)
        case 0xF1...0xF3: length = 4
        case 0xF4: (length, second) = (4, 0x80...0x8F)
        default:
            self = .wrong
            return
        }
        for index in 1..<length {
            if index == bytes.count {
                self = .begun
                return
            }
            guard (index == 1 ? second : 0x80...0xBF).contains(bytes[index]) else {
                self = .wrong
                return
            }
        }
        self = .whole(length)
    }
}
