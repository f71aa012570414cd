/// What is wrong with a template, a selector or a list of columns: a usage error.
public struct QueryError: Error, Sendable, Hashable, CustomStringConvertible {
    /// What was read: `jsonpath`, `selector`.
    public var subject: String
    /// Counted in characters, from 1; nil where it is about the whole text.
    public var column: Int?
    public var message: String

    public init(_ subject: String, column: Int? = nil, _ message: String) {
        self.subject = subject
        self.column = column
        self.message = message
    }

    /// `jsonpath: column 7: expected "]"`.
    public var description: String { "\(subject): " + (column.map { "column \($0): " } ?? "") + message }
}
