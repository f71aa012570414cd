import JSONCoding

extension JSONPathParser {
    /// `['a']`, `[0]`, `[1:3]`, `[*]`, `[0,2]`, `[?(@.a=="b")]`.
    mutating func bracket() throws(QueryError) -> JSONPath.Step {
        _ = scanner.skip("[")
        scanner.skipSpaces()
        let step: JSONPath.Step
        if scanner.skip("*") {
            step = .all
        } else if scanner.skip("?") {
            guard scanner.skip("(") else { throw scanner.expected("\"(\" after \"?\"") }
            step = .filter(try anyOf())
            guard scanner.skip(")") else { throw scanner.expected("\")\"") }
        } else {
            var members = [try member()]
            scanner.skipSpaces()
            while scanner.skip(",") {
                scanner.skipSpaces()
                members.append(try member())
                scanner.skipSpaces()
            }
            step = members.count == 1 ? members[0] : .union(members)
        }
        scanner.skipSpaces()
        guard scanner.skip("]") else { throw scanner.expected("\"]\"") }
        return step
    }

    private mutating func member() throws(QueryError) -> JSONPath.Step {
        if let quote = scanner.peek, quote == "\"" || quote == "'" { return .field(try scanner.quoted()) }
        let start = try integer()
        guard scanner.skip(":") else {
            guard let start else { throw scanner.expected("a number, a name in quotes, \"*\" or \"?(\"") }
            return .index(start)
        }
        let end = try integer()
        var step = 1
        if scanner.skip(":") {
            let column = scanner.column
            step = try integer() ?? 1
            // As kubectl: no walking backwards.
            if step < 1 { throw scanner.error("the step of a slice must be above 0", at: column) }
        }
        return .slice(from: start, to: end, step: step)
    }

    private mutating func integer() throws(QueryError) -> Int? {
        let column = scanner.column
        let text = scanner.take { $0 == "-" || ("0"..."9").contains($0) }
        if text.isEmpty { return nil }
        guard let value = Int(text) else { throw scanner.error("\"\(text)\" is no whole number", at: column) }
        return value
    }

    // MARK: Filters

    private mutating func anyOf() throws(QueryError) -> JSONPath.Filter {
        var terms = [try allOf()]
        while scanner.skip(text: "||") { terms.append(try allOf()) }
        return terms.count == 1 ? terms[0] : .any(terms)
    }

    private mutating func allOf() throws(QueryError) -> JSONPath.Filter {
        var terms = [try term()]
        while scanner.skip(text: "&&") { terms.append(try term()) }
        return terms.count == 1 ? terms[0] : .all(terms)
    }

    private mutating func term() throws(QueryError) -> JSONPath.Filter {
        scanner.skipSpaces()
        defer { scanner.skipSpaces() }
        if scanner.skip("(") {
            let inner = try anyOf()
            guard scanner.skip(")") else { throw scanner.expected("\")\"") }
            return inner
        }
        let column = scanner.column
        let left = try operand()
        scanner.skipSpaces()
        guard let comparison = JSONPath.Comparison.allCases.first(where: { scanner.skip(text: $0.rawValue) }) else {
            if case .path(let steps) = left { return .exists(steps) }
            throw scanner.error("a literal alone is no condition", at: column)
        }
        scanner.skipSpaces()
        return .compare(left, comparison, try operand())
    }

    private mutating func operand() throws(QueryError) -> JSONPath.Operand {
        guard let next = scanner.peek else { throw scanner.expected("a path or a literal") }
        if next == "\"" || next == "'" { return .literal(JSONNode(try scanner.quoted())) }
        if next == "@" || next == "$" || next == "." { return .path(try steps()) }
        let column = scanner.column
        let word = scanner.take { $0.isLetter || $0.isNumber || "+-._".contains($0) }
        switch word {
        case "": throw scanner.expected("a path or a literal")
        case "true": return .literal(true)
        case "false": return .literal(false)
        case "null": return .literal(.null)
        default:
            if let value = Int64(word) { return .literal(JSONNode(value)) }
            guard let value = Double(word) else {
                throw scanner.error("\"\(word)\" is no literal: strings stand in quotes, paths begin with \"@\"", at: column)
            }
            return .literal(JSONNode(.number(value)))
        }
    }
}
