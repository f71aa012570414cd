/// A word of an instruction, quotes and escapes still in it, and where it begins in the instruction's text.
struct Word: Sendable, Hashable {
    var text: String
    var offset: Int
}

/// Cuts an instruction's arguments.
enum Words {
    /// Words between white space, where quotes and escapes hold a word together.
    static func quoted(_ bytes: ArraySlice<UInt8>, escape: UInt8) -> [Word] {
        var words: [Word] = []
        var start: Int?
        var quote: UInt8?
        var index = bytes.startIndex
        while index < bytes.endIndex {
            let byte = bytes[index]
            if quote == nil && byte.isWhite {
                if let begin = start { words.append(Word(text: bytes[begin..<index].text, offset: begin)) }
                start = nil
                index += 1
                continue
            }
            if start == nil { start = index }
            if byte == escape && quote != UInt8(ascii: "'") {
                index += 2
                continue
            }
            if byte == quote {
                quote = nil
            } else if quote == nil && (byte == UInt8(ascii: "'") || byte == UInt8(ascii: "\"")) {
                quote = byte
            }
            index += 1
        }
        if let begin = start { words.append(Word(text: bytes[begin...].text, offset: begin)) }
        return words
    }

    /// Words between white space, and nothing else holds them together.
    static func plain(_ bytes: ArraySlice<UInt8>) -> [Word] {
        bytes.split(whereSeparator: \.isWhite).map { Word(text: $0.text, offset: $0.startIndex) }
    }
}
