import JSONCoding

/// Makes a `JSONPath` of its text.
struct JSONPathParser {
    let subject: String
    var scanner: QueryScanner

    init(_ text: String, subject: String = "jsonpath") {
        self.subject = subject
        scanner = QueryScanner(text, subject: subject)
    }

    /// What ends the parts that are being read.
    private enum Ending {
        case text
        case end(column: Int)
    }

    mutating func template() throws(QueryError) -> [JSONPath.Part] {
        let (parts, ending) = try self.parts()
        if case .end(let column) = ending { throw scanner.error("\"end\" without a \"range\"", at: column) }
        return parts
    }

    mutating func singlePath() throws(QueryError) -> [JSONPath.Step] {
        let hasBraces = scanner.skip("{")
        if !hasBraces, let first = scanner.peek, first != ".", first != "[", first != "$", first != "@" {
            // kubectl takes `metadata.name` too.
            return try path(startingWith: [.field(try fieldName())], until: hasBraces ? "}" : nil)
        }
        return try path(startingWith: [], until: hasBraces ? "}" : nil)
    }

    private mutating func path(
        startingWith start: [JSONPath.Step],
        until end: Character?
    ) throws(QueryError) -> [JSONPath.Step] {
        let steps = start + (try self.steps())
        if let end, !scanner.skip(end) { throw scanner.expected("\"\(end)\"") }
        guard scanner.isAtEnd else { throw scanner.expected("the end of the path") }
        if steps.isEmpty { throw scanner.error("the path is empty", at: 1) }
        return steps
    }

    private mutating func parts() throws(QueryError) -> ([JSONPath.Part], Ending) {
        var parts: [JSONPath.Part] = []
        while !scanner.isAtEnd {
            let text = scanner.take { $0 != "{" }
            if !text.isEmpty { parts.append(.text(text)) }
            guard scanner.skip("{") else { continue }
            scanner.skipSpaces()
            let column = scanner.column
            if scanner.skip(word: "end") {
                try close()
                return (parts, .end(column: column))
            }
            if scanner.skip(word: "range") {
                scanner.skipSpaces()
                let steps = try self.steps()
                try close()
                let (inner, ending) = try self.parts()
                guard case .end = ending else { throw scanner.error("\"range\" without its \"{end}\"", at: column) }
                parts.append(.range(steps, inner))
                continue
            }
            try addExpressions(to: &parts)
        }
        return (parts, .text)
    }

    /// What stands in one pair of braces: paths and quoted text.
    private mutating func addExpressions(to parts: inout [JSONPath.Part]) throws(QueryError) {
        while true {
            scanner.skipSpaces()
            if scanner.skip("}") { return }
            if let quote = scanner.peek, quote == "\"" || quote == "'" {
                parts.append(.text(try scanner.quoted()))
                continue
            }
            let column = scanner.column
            let steps = try self.steps()
            guard scanner.column > column else {
                throw scanner.isAtEnd ? scanner.expected("\"}\"") : scanner.unexpected()
            }
            parts.append(.path(steps))
        }
    }

    private mutating func close() throws(QueryError) {
        scanner.skipSpaces()
        if !scanner.skip("}") { throw scanner.expected("\"}\"") }
    }

    /// As many steps as follow each other.
    mutating func steps() throws(QueryError) -> [JSONPath.Step] {
        var steps: [JSONPath.Step] = []
        while let next = scanner.peek {
            switch next {
            case "$":
                _ = scanner.skip("$")
                steps.append(.root)
            case "@":
                // The value at hand: no step at all.
                _ = scanner.skip("@")
            case "*" where steps.isEmpty:
                _ = scanner.skip("*")
                steps.append(.all)
            case ".": try addDotted(to: &steps)
            case "[": steps.append(try bracket())
            default: return steps
            }
        }
        return steps
    }

    private mutating func addDotted(to steps: inout [JSONPath.Step]) throws(QueryError) {
        _ = scanner.skip(".")
        if scanner.skip(".") {
            steps.append(.descendants)
            if scanner.peek == "[" { return }
        }
        if scanner.skip("*") { return steps.append(.all) }
        if scanner.peek == "[" { return }
        // `{.}` is the value itself.
        if steps.last != .descendants, scanner.isAtEnd || scanner.peek == "}" || scanner.peek == " " { return }
        steps.append(.field(try fieldName()))
    }

    private mutating func fieldName() throws(QueryError) -> String {
        var name = ""
        while let next = scanner.peek {
            if next == "\\" {
                _ = scanner.skip("\\")
                guard let escaped = scanner.next() else { throw scanner.expected("a character after \"\\\"") }
                name.append(escaped)
            } else if " \t\n.,[]{}()'\"=!<>&|$@*".contains(next) {
                break
            } else {
                name.append(next)
                _ = scanner.next()
            }
        }
        if name.isEmpty { throw scanner.expected("a field's name") }
        return name
    }
}
