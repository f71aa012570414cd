/// Walks over a JSON text that jansson has accepted (or refused only for what is looked for here) and finds places.
struct JSONScanner {
    private let text: UnsafeBufferPointer<UInt8>
    private var offset = 0
    private var line = 1
    private var column = 1

    init(_ text: UnsafeBufferPointer<UInt8>) {
        self.text = text
    }

    /// Sets the positions of a node and all below it (`positions`), and reads the integers again that jansson gave as
    /// reals. The node must be the one that was made from this text.
    mutating func annotate(_ node: inout JSONNode, positions: Bool) {
        skipSpace()
        if positions { node.position = position }
        switch node.value {
        case .array(var elements):
            // The node lets go of its copy, so that the elements are changed where they are.
            node.value = .null
            advance()
            for index in elements.indices {
                annotate(&elements[index], positions: positions)
                skipSpace()
                advance()
            }
            if elements.isEmpty { skipSpace(); advance() }
            node.value = .array(elements)
        case .object(var members):
            node.value = .null
            advance()
            for index in members.indices {
                skipSpace()
                if positions { members[index].keyPosition = position }
                skipString()
                skipSpace()
                advance()
                annotate(&members[index].value, positions: positions)
                skipSpace()
                advance()
            }
            if members.isEmpty { skipSpace(); advance() }
            node.value = .object(members)
        case .string:
            skipString()
        case .number:
            let start = offset
            skipWord()
            if let integer = Self.integer(text[start..<offset]) { node.value = integer }
        default:
            skipWord()
        }
    }

    /// The error for the first array or object that is nested too deep.
    static func depthError(in text: UnsafeBufferPointer<UInt8>) -> JSONSyntaxError {
        var scanner = JSONScanner(text)
        var depth = 0
        while let byte = scanner.peek() {
            switch byte {
            case UInt8(ascii: "["), UInt8(ascii: "{"):
                depth += 1
                if depth > JSON.depthLimit {
                    let message = "nested deeper than \(JSON.depthLimit) levels"
                    return JSONSyntaxError(message: message, position: scanner.position)
                }
                scanner.advance()
            case UInt8(ascii: "]"), UInt8(ascii: "}"):
                depth -= 1
                scanner.advance()
            case UInt8(ascii: "\""): scanner.skipString()
            default: scanner.advance()
            }
        }
        return JSONSyntaxError(message: "nested too deep", position: scanner.position)
    }

    /// The error for the first key that an object has twice; the text must be well formed up to there.
    static func duplicateKey(in text: UnsafeBufferPointer<UInt8>) -> JSONSyntaxError? {
        var scanner = JSONScanner(text)
        var open: [[String: SourcePosition]?] = []
        var keyExpected = false
        while let byte = scanner.peek() {
            switch byte {
            case UInt8(ascii: "{"):
                open.append([:])
                keyExpected = true
                scanner.advance()
            case UInt8(ascii: "["):
                open.append(nil)
                keyExpected = false
                scanner.advance()
            case UInt8(ascii: "}"), UInt8(ascii: "]"):
                _ = open.popLast()
                keyExpected = false
                scanner.advance()
            case UInt8(ascii: ","):
                keyExpected = (open.last ?? nil) != nil
                scanner.advance()
            case UInt8(ascii: "\""):
                let start = scanner.offset
                let position = scanner.position
                scanner.skipString()
                guard keyExpected, let level = open.indices.last else { continue }
                keyExpected = false
                // A string alone is a JSON text too: jansson resolves its escapes.
                guard let key = try? JSON.parse(text[start..<scanner.offset]).stringValue else { return nil }
                if let first = open[level]?.updateValue(position, forKey: key) {
                    let message = "key \"\(key)\" appears twice (first on line \(first.line), column \(first.column))"
                    return JSONSyntaxError(message: message, position: position)
                }
            default:
                scanner.advance()
            }
        }
        return nil
    }

    /// The value of an integer's digits; nil for other numbers and those beyond 64 bits.
    private static func integer(_ digits: Slice<UnsafeBufferPointer<UInt8>>) -> JSONNode.Content? {
        let word = String(decoding: digits, as: UTF8.self)
        if let value = Int64(word) { return .integer(value) }
        return UInt64(word).map { .unsigned($0) }
    }

    private var position: SourcePosition { SourcePosition(line: line, column: column) }

    private func peek() -> UInt8? { offset < text.count ? text[offset] : nil }

    private mutating func advance() {
        guard let byte = peek() else { return }
        offset += 1
        if byte == UInt8(ascii: "\n") {
            line += 1
            column = 1
        } else if byte & 0xC0 != 0x80 {
            // Continuation bytes belong to the scalar before.
            column += 1
        }
    }

    private mutating func skipSpace() {
        while let byte = peek(), byte == 0x20 || byte == 0x09 || byte == 0x0A || byte == 0x0D { advance() }
    }

    private mutating func skipString() {
        advance()
        while let byte = peek(), byte != UInt8(ascii: "\"") {
            if byte == UInt8(ascii: "\\") { advance() }
            advance()
        }
        advance()
    }

    private mutating func skipWord() {
        while let byte = peek() {
            switch byte {
            case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "z"),
                UInt8(ascii: "E"), UInt8(ascii: "+"), UInt8(ascii: "-"), UInt8(ascii: "."):
                advance()
            default:
                return
            }
        }
    }
}
