/// A place in a text: both count from 1, columns are bytes.
public struct TextPosition: Sendable, Hashable {
    public var line: Int
    public var column: Int

    public init(line: Int, column: Int) {
        self.line = line
        self.column = column
    }
}

/// A Containerfile, an ignore file or one of their instructions that cannot be used.
public struct ContainerfileError: Error, Sendable, Hashable, CustomStringConvertible {
    public var file: String
    public var position: TextPosition
    public var message: String

    public init(file: String, at position: TextPosition, _ message: String) {
        self.file = file
        self.position = position
        self.message = message
    }

    /// `FILE:LINE:COLUMN: message`, as compilers say it.
    public var description: String { "\(file):\(position.line):\(position.column): \(message)" }
}
