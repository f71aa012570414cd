/// What `.containerignore`, `.dockerignore` or `--exclude` leaves out: patterns with `**`, and `!` for exceptions. The last one
/// that matches decides.
package struct IgnorePatterns: Sendable, Hashable {
    private enum Part: Sendable, Hashable {
        case name(NamePattern)
        /// `**`: any number of folders, none included.
        case anyFolders
    }

    private struct Pattern: Sendable, Hashable {
        var parts: [Part]
        var isException: Bool
    }

    static let sizeLimit = 1 << 20
    private static let countLimit = 10_000
    private static let partLimit = 256

    private var patterns: [Pattern] = []

    /// Whether nothing is left out.
    var isEmpty: Bool { patterns.isEmpty }
    /// Whether something inside of an ignored folder may be wanted after all.
    let hasExceptions: Bool

    /// Reads a file of patterns, one a line.
    package init(_ bytes: [UInt8], file: String) throws(ContainerfileError) {
        guard bytes.count <= Self.sizeLimit else {
            let start = TextPosition(line: 1, column: 1)
            throw ContainerfileError(file: file, at: start, "larger than \(Self.sizeLimit) bytes")
        }
        var body = bytes[...]
        if body.starts(with: [0xEF, 0xBB, 0xBF]) { body = body.dropFirst(3) }
        for (index, raw) in body.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false).enumerated() {
            if raw.first == UInt8(ascii: "#") { continue }
            let line = raw.trimmed
            if line.isEmpty { continue }
            let position = TextPosition(line: index + 1, column: line.startIndex - raw.startIndex + 1)
            guard patterns.count < Self.countLimit else {
                throw ContainerfileError(file: file, at: position, "more than \(Self.countLimit) patterns")
            }
            guard let pattern = Self.pattern(line.text) else {
                throw ContainerfileError(file: file, at: position, "\"\(line.prefix(80).text)\" is no pattern")
            }
            if let pattern = pattern { patterns.append(pattern) }
        }
        hasExceptions = patterns.contains(where: \.isException)
    }

    package init(_ texts: [String] = []) throws(VariableExpander.Failure) {
        for text in texts {
            guard let pattern = Self.pattern(text) else {
                throw VariableExpander.Failure(message: "\"\(text)\" is no pattern")
            }
            if let pattern = pattern { patterns.append(pattern) }
        }
        hasExceptions = patterns.contains(where: \.isException)
    }

    /// Nil where it is none; nil inside where it says nothing (`.`).
    private static func pattern(_ text: String) -> Pattern?? {
        var rest = Substring(text)
        let isException = rest.first == "!"
        if isException { rest = rest.dropFirst().drop { $0 == " " || $0 == "\t" } }
        if isException && rest.isEmpty { return nil }
        var parts: [Part] = []
        for name in rest.split(separator: "/") where name != "." {
            if name == ".." {
                // Nothing of the context is above it.
                if parts.popLast() == nil { return .some(nil) }
            } else if name == "**" {
                if parts.last != .anyFolders { parts.append(.anyFolders) }
            } else {
                guard let pattern = NamePattern(String(name)) else { return nil }
                parts.append(.name(pattern))
            }
        }
        guard parts.count <= partLimit else { return nil }
        return parts.isEmpty ? .some(nil) : Pattern(parts: parts, isException: isException)
    }

    /// Whether the file or folder at a path, given by its parts, is left out. What is in a folder that matches matches too.
    package func excludes(_ path: [[UInt8]]) -> Bool {
        var isOut = false
        for pattern in patterns where pattern.isException == isOut {
            if Self.matches(pattern.parts, path) { isOut.toggle() }
        }
        return isOut
    }

    /// Whether the pattern is the path, or one of the folders that it is in. Steps: parts of the one times parts of the other.
    private static func matches(_ parts: [Part], _ path: [[UInt8]]) -> Bool {
        // Which beginnings of the path the pattern's beginning can stand for.
        var reached = [Bool](repeating: false, count: path.count + 1)
        reached[0] = true
        for (number, part) in parts.enumerated() {
            var following = [Bool](repeating: false, count: path.count + 1)
            switch part {
            case .anyFolders:
                var seen = false
                for index in reached.indices {
                    // At the end, it stands for what is in the folder ahead of it, and not for that folder.
                    if number == parts.count - 1 { following[index] = seen }
                    seen = seen || reached[index]
                    if number < parts.count - 1 { following[index] = seen }
                }
            case .name(let pattern):
                for index in path.indices where reached[index] { following[index + 1] = pattern.matches(path[index]) }
            }
            reached = following
        }
        // `**` alone stands for what is in the context, not for the context.
        return reached.dropFirst().contains(true)
    }
}
