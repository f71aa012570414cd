import JSONCoding

/// A network definition that is refused: what is wrong, at which JSON path, and where in the text.
public struct NetworkDefinitionError: Error, Sendable, Hashable, CustomStringConvertible {
    /// `subnets[0].gateway`; empty for the text as a whole.
    public var path: String
    /// What is wrong and what would be right.
    public var message: String
    /// Line and column, where there is a text.
    public var position: SourcePosition?

    /// Makes an error.
    public init(path: String, message: String, position: SourcePosition? = nil) {
        self.path = path
        self.message = message
        self.position = position
    }

    public var description: String {
        let place = path.isEmpty ? "" : "\(path): "
        guard let position else { return place + message }
        return "line \(position.line), column \(position.column): \(place)\(message)"
    }
}
