/// A folder that the agent cannot work with, and what a person can do about it.
public struct StateProblem: Sendable, Hashable, CustomStringConvertible {
    public var path: String
    public var message: String
    public var hint: String?

    public init(_ path: String, _ message: String, hint: String? = nil) {
        self.path = path
        self.message = message
        self.hint = hint
    }

    public var description: String { "\(path): \(message)" + (hint.map { "; \($0)" } ?? "") }
}

/// All that is wrong, a line each.
public struct StateProblems: Error, Sendable, Hashable, CustomStringConvertible {
    public var problems: [StateProblem]

    public init(_ problems: [StateProblem]) { self.problems = problems }

    public var description: String { problems.map(\.description).joined(separator: "\n") }
}
