/// Expands variables and takes quotes and escapes away, as the Dockerfile reference has it ("Environment replacement").
package struct VariableExpander {
    /// Why a text cannot be expanded.
    package struct Failure: Error, Sendable, Hashable {
        package var message: String
    }

    /// Doubling a variable forty times is a terabyte.
    package static let sizeLimit = 1 << 20
    private static let depthLimit = 32

    package let escape: UInt8
    /// Nil where a variable is not set.
    package let lookup: (String) -> String?

    package init(escape: UInt8, lookup: @escaping (String) -> String?) {
        self.escape = escape
        self.lookup = lookup
    }

    /// The text with its variables expanded, without quotes.
    package func expand(_ text: String) throws(Failure) -> String {
        var scanner = Scanner(bytes: Array(text.utf8), expander: self)
        let result = try scanner.run(until: nil)
        return result.text
    }

    /// The body of a heredoc: variables only, quotes stay.
    func expandBody(_ text: String) throws(Failure) -> String {
        var scanner = Scanner(bytes: Array(text.utf8), expander: self)
        scanner.keepsQuotes = true
        return try scanner.run(until: nil).text
    }

    /// The text expanded, and cut at white space that stood in no quotes.
    package func words(_ text: String) throws(Failure) -> [String] {
        var words: [String] = []
        for word in Words.quoted(Array(text.utf8)[...], escape: escape) {
            let isQuoted = word.text.contains { $0 == "\"" || $0 == "'" }
            let expanded = try expand(word.text)
            words += isQuoted ? [expanded] : expanded.split(whereSeparator: \.isWhitespace).map(String.init)
        }
        return words
    }

    private struct Scanner {
        let bytes: [UInt8]
        let expander: VariableExpander
        var keepsQuotes = false
        var index = 0
        var depth = 0

        /// Up to `end` outside of quotes, which is passed over.
        mutating func run(until end: UInt8?) throws(Failure) -> [UInt8] {
            var result: [UInt8] = []
            depth += 1
            defer { depth -= 1 }
            guard depth <= VariableExpander.depthLimit else {
                throw Failure(message: "variables are nested more than \(VariableExpander.depthLimit) deep")
            }
            while index < bytes.count {
                let byte = bytes[index]
                if byte == end {
                    index += 1
                    return result
                }
                if byte == UInt8(ascii: "'") && !keepsQuotes {
                    index += 1
                    guard let close = bytes[index...].firstIndex(of: UInt8(ascii: "'")) else {
                        throw Failure(message: "a ' without its end")
                    }
                    result += bytes[index..<close]
                    index = close + 1
                } else if byte == UInt8(ascii: "\"") && !keepsQuotes {
                    try doubleQuoted(&result)
                } else if byte == UInt8(ascii: "$") {
                    result += try variable()
                } else if byte == expander.escape {
                    index += 1
                    guard index < bytes.count else {
                        result.append(byte)
                        break
                    }
                    if keepsQuotes && bytes[index] != UInt8(ascii: "$") && bytes[index] != expander.escape {
                        result.append(byte)
                    }
                    result.append(bytes[index])
                    index += 1
                } else {
                    result.append(byte)
                    index += 1
                }
                guard result.count <= VariableExpander.sizeLimit else {
                    throw Failure(
                        message: "longer than \(VariableExpander.sizeLimit) bytes once its variables are expanded"
                    )
                }
            }
            if end != nil { throw Failure(message: "a ${ without its }") }
            return result
        }

        private mutating func doubleQuoted(_ result: inout [UInt8]) throws(Failure) {
            index += 1
            while index < bytes.count {
                let byte = bytes[index]
                if byte == UInt8(ascii: "\"") {
                    index += 1
                    return
                }
                if byte == UInt8(ascii: "$") {
                    result += try variable()
                    continue
                }
                if byte == expander.escape, index + 1 < bytes.count {
                    let following = bytes[index + 1]
                    // Others keep their backslash.
                    if following != UInt8(ascii: "\"") && following != UInt8(ascii: "$") && following != expander.escape
                    {
                        result.append(byte)
                    }
                    result.append(following)
                    index += 2
                    continue
                }
                result.append(byte)
                index += 1
            }
            throw Failure(message: "a \" without its end")
        }

        private mutating func variable() throws(Failure) -> [UInt8] {
            index += 1
            guard index < bytes.count else { return [UInt8(ascii: "$")] }
            if bytes[index] == UInt8(ascii: "{") {
                index += 1
                return try braced()
            }
            let name = self.name()
            if name.isEmpty { return [UInt8(ascii: "$")] }
            return Array((expander.lookup(name) ?? "").utf8)
        }

        private mutating func name() -> String {
            let start = index
            if index < bytes.count, bytes[index].isDigit {
                index += 1
                return bytes[start..<index].text
            }
            while index < bytes.count, bytes[index].isNameByte { index += 1 }
            return bytes[start..<index].text
        }

        private mutating func braced() throws(Failure) -> [UInt8] {
            let name = self.name()
            guard !name.isEmpty else { throw Failure(message: "a ${ without a name") }
            guard index < bytes.count else { throw Failure(message: "${\(name) without its }") }
            let value = expander.lookup(name)
            var mark = bytes[index]
            index += 1
            switch mark {
            case UInt8(ascii: "}"): return Array((value ?? "").utf8)
            case UInt8(ascii: "#"), UInt8(ascii: "%"):
                let isLongest = index < bytes.count && bytes[index] == mark
                if isLongest { index += 1 }
                let pattern = try run(until: UInt8(ascii: "}"))
                return VariablePattern(pattern).trim(
                    Array((value ?? "").utf8),
                    prefix: mark == UInt8(ascii: "#"),
                    longest: isLongest
                )
            case UInt8(ascii: "/"):
                let isGlobal = index < bytes.count && bytes[index] == UInt8(ascii: "/")
                if isGlobal { index += 1 }
                let pattern = try run(until: UInt8(ascii: "/"))
                let replacement = try run(until: UInt8(ascii: "}"))
                return VariablePattern(pattern).replace(Array((value ?? "").utf8), with: replacement, all: isGlobal)
            default: break
            }
            var isSet = value != nil
            if mark == UInt8(ascii: ":") {
                guard index < bytes.count else { throw Failure(message: "${\(name): without its }") }
                isSet = !(value ?? "").isEmpty
                mark = bytes[index]
                index += 1
            }
            guard mark == UInt8(ascii: "-") || mark == UInt8(ascii: "+") || mark == UInt8(ascii: "?") else {
                throw Failure(message: "${\(name)…}: unsupported modifier \"\([mark].text)\"")
            }
            let word = try run(until: UInt8(ascii: "}"))
            switch mark {
            case UInt8(ascii: "-"): return isSet ? Array((value ?? "").utf8) : word
            case UInt8(ascii: "+"): return isSet ? word : []
            default:
                guard isSet else { throw Failure(message: "\(name): \(word.isEmpty ? "not set" : word.text)") }
                return Array((value ?? "").utf8)
            }
        }
    }
}

/// A shell pattern of `${name#pattern}` and its like: `*` and `?`, nothing else is special.
private struct VariablePattern {
    let pattern: [UInt8]

    init(_ pattern: [UInt8]) { self.pattern = pattern }

    func trim(_ value: [UInt8], prefix: Bool, longest: Bool) -> [UInt8] {
        let lengths = Array(0...value.count)
        for length in longest ? lengths.reversed() : lengths {
            if prefix, matches(value[..<length]) { return Array(value[length...]) }
            if !prefix, matches(value[(value.count - length)...]) { return Array(value[..<(value.count - length)]) }
        }
        return value
    }

    func replace(_ value: [UInt8], with replacement: [UInt8], all: Bool) -> [UInt8] {
        guard !pattern.isEmpty else { return value }
        var result: [UInt8] = []
        var index = 0
        while index < value.count {
            let end = stride(from: value.count, to: index, by: -1).first { matches(value[index..<$0]) }
            guard let end else {
                result.append(value[index])
                index += 1
                continue
            }
            result += replacement
            index = end
            if !all { break }
        }
        return result + value[index...]
    }

    /// Without backtracking beyond the last `*`: never more steps than pattern times text.
    private func matches(_ text: ArraySlice<UInt8>) -> Bool {
        var (p, t) = (0, text.startIndex)
        var star: (pattern: Int, text: Int)?
        while t < text.endIndex {
            if p < pattern.count, pattern[p] == UInt8(ascii: "*") {
                star = (p, t)
                p += 1
            } else if p < pattern.count, pattern[p] == UInt8(ascii: "?") || pattern[p] == text[t] {
                p += 1
                t += 1
            } else if let last = star {
                star = (last.pattern, last.text + 1)
                p = last.pattern + 1
                t = last.text + 1
            } else {
                return false
            }
        }
        return pattern[p...].allSatisfy { $0 == UInt8(ascii: "*") }
    }
}
