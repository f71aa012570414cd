/// An instruction's text as it is after its continuation lines are joined, and where each part of it stood.
struct LogicalLine {
    private struct Origin {
        var offset: Int
        var position: TextPosition
    }

    private(set) var bytes: [UInt8] = []
    private var origins: [Origin] = []
    /// The bodies that follow the line, in the order of their markers.
    var heredocs: [Heredoc] = []

    var isEmpty: Bool { bytes.isEmpty }

    mutating func append(_ part: ArraySlice<UInt8>, at position: TextPosition) {
        origins.append(Origin(offset: bytes.count, position: position))
        bytes += part
    }

    /// Where the byte at an offset stood; the end of the line for what is behind it.
    func position(_ offset: Int) -> TextPosition {
        guard let origin = origins.last(where: { $0.offset <= offset }) ?? origins.first else {
            return TextPosition(line: 1, column: 1)
        }
        return TextPosition(line: origin.position.line, column: origin.position.column + max(0, offset - origin.offset))
    }
}

/// The text between `<<NAME` and the line `NAME`.
public struct Heredoc: Sendable, Hashable {
    public var name: String
    /// Whether variables in it are expanded: the marker's name was not quoted.
    public var expands: Bool
    /// With `<<-`, tabs that begin a line are taken away.
    public var stripsTabs: Bool
    public var content: String
    /// Where its marker begins and ends in the instruction's text.
    var range: Range<Int>
}

extension UInt8 {
    var isBlank: Bool { self == UInt8(ascii: " ") || self == UInt8(ascii: "\t") || self == 0x0B || self == 0x0C }
    var isWhite: Bool { isBlank || self == UInt8(ascii: "\r") || self == UInt8(ascii: "\n") }
    var isLetter: Bool {
        (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(self) || (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(self)
    }
    var isDigit: Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(self) }
    /// What names of variables are made of.
    var isNameByte: Bool { isLetter || isDigit || self == UInt8(ascii: "_") }
}

extension Collection where Element == UInt8 {
    var text: String { String(decoding: self, as: UTF8.self) }
}

extension BidirectionalCollection where Element == UInt8 {
    /// Without white space at both ends.
    var trimmed: SubSequence {
        guard let first = firstIndex(where: { !$0.isWhite }), let last = lastIndex(where: { !$0.isWhite }) else {
            return self[endIndex..<endIndex]
        }
        return self[first...last]
    }
}
