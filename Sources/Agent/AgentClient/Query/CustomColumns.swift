import JSONCoding

/// `-o custom-columns=NAME:.metadata.name,IP:.status.podIP`.
public struct CustomColumns: Sendable, Hashable {
    private static let subject = "custom-columns"

    public let headings: [String]
    private let paths: [JSONPath]

    public init(_ text: String) throws(QueryError) {
        var headings: [String] = []
        var paths: [JSONPath] = []
        for column in Self.split(text) {
            guard let colon = column.firstIndex(of: ":") else {
                throw QueryError(Self.subject, "\"\(column)\" is no HEADING:PATH")
            }
            headings.append(String(column[..<colon]))
            paths.append(try JSONPath(path: String(column[column.index(after: colon)...]), subject: Self.subject))
        }
        guard !headings.isEmpty else { throw QueryError(Self.subject, "no columns") }
        self.headings = headings
        self.paths = paths
    }

    /// Of a file: a line of headings, a line of paths under it.
    public init(file text: String) throws(QueryError) {
        let lines = text.split(separator: "\n").map { $0.split { $0.isWhitespace }.map(String.init) }.filter { !$0.isEmpty }
        guard lines.count == 2, lines[0].count == lines[1].count else {
            throw QueryError(Self.subject, "the file must have a line of headings and a line with as many paths")
        }
        headings = lines[0]
        var paths: [JSONPath] = []
        for path in lines[1] { paths.append(try JSONPath(path: path, subject: Self.subject)) }
        self.paths = paths
    }

    /// A row: what each path finds, `<none>` where that is nothing.
    public func cells(for object: JSONNode) -> [String] {
        paths.map { path in
            let values = path.values(in: object)
            return values.isEmpty ? "<none>" : values.map(\.plainText).joined(separator: ",")
        }
    }

    /// Cuts at commas outside of brackets and quotes.
    private static func split(_ text: String) -> [String] {
        var columns = [""]
        var depth = 0
        var quote: Character?
        for character in text {
            if let open = quote {
                if character == open { quote = nil }
            } else if character == "'" || character == "\"" {
                quote = character
            } else if "[(".contains(character) {
                depth += 1
            } else if "])".contains(character) {
                depth -= 1
            } else if character == ",", depth == 0 {
                columns.append("")
                continue
            }
            columns[columns.count - 1].append(character)
        }
        return columns.filter { !$0.isEmpty }
    }
}
