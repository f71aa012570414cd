/// Goes through a text of a user, character by character, and says where it is.
struct QueryScanner {
    private let characters: [Character]
    private var offset = 0
    private let subject: String

    init(_ text: String, subject: String) {
        characters = Array(text)
        self.subject = subject
    }

    /// Of the next character, from 1.
    var column: Int { offset + 1 }
    var isAtEnd: Bool { offset >= characters.count }
    var peek: Character? { isAtEnd ? nil : characters[offset] }

    mutating func next() -> Character? {
        guard let character = peek else { return nil }
        offset += 1
        return character
    }

    mutating func skip(_ character: Character) -> Bool {
        guard peek == character else { return false }
        offset += 1
        return true
    }

    mutating func skip(text: String) -> Bool {
        guard characters[offset...].starts(with: text) else { return false }
        offset += text.count
        return true
    }

    /// A word that goes no further.
    mutating func skip(word: String) -> Bool {
        let start = offset
        guard skip(text: word) else { return false }
        if let peek, peek.isLetter || peek.isNumber || peek == "_" {
            offset = start
            return false
        }
        return true
    }

    mutating func skipSpaces() {
        while let peek, peek.isWhitespace { offset += 1 }
    }

    mutating func take(while condition: (Character) -> Bool) -> String {
        let start = offset
        while let peek, condition(peek) { offset += 1 }
        return String(characters[start..<offset])
    }

    /// A text in quotes, single or double, with backslash escapes.
    mutating func quoted() throws(QueryError) -> String {
        let start = column
        guard let quote = next() else { throw expected("a quote") }
        var text = ""
        while let character = next() {
            if character == quote { return text }
            guard character == "\\" else {
                text.append(character)
                continue
            }
            switch next() {
            case "n": text.append("\n")
            case "t": text.append("\t")
            case "r": text.append("\r")
            case let other?: text.append(other)
            case nil: break
            }
        }
        throw error("the quote is not closed", at: start)
    }

    func error(_ message: String, at column: Int) -> QueryError { QueryError(subject, column: column, message) }

    func expected(_ what: String) -> QueryError {
        error("expected \(what), found \(peek.map { "\"\($0)\"" } ?? "the end")", at: column)
    }

    func unexpected() -> QueryError { error("\"\(peek.map(String.init) ?? "")\" has no meaning here", at: column) }
}
