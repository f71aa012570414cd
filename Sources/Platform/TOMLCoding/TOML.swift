import JSONCoding

/// TOML 1.0 (toml.io).
public enum TOML {
    /// The most bytes of a document.
    public static let sizeLimit = 4 << 20

    /// Reads a document. Throws `TOMLError`.
    public static func parse(_ bytes: [UInt8]) throws(TOMLError) -> JSONNode {
        guard bytes.count <= sizeLimit else { throw TOMLError(line: 1, column: 1, "longer than \(sizeLimit) bytes") }
        guard String(validating: bytes, as: UTF8.self) != nil else { throw TOMLError(line: 1, column: 1, "no UTF-8") }
        var parser = TOMLParser(bytes)
        return try parser.document()
    }

    /// Reads a document and decodes it; a wrong type names its path.
    public static func decode<T: Decodable>(_ type: T.Type, from bytes: [UInt8]) throws -> T {
        try JSON.decode(type, from: try parse(bytes))
    }
}

/// Where and why a text is no TOML.
public struct TOMLError: Error, Sendable, Hashable, CustomStringConvertible {
    public var line: Int
    public var column: Int
    public var problem: String

    init(line: Int, column: Int, _ problem: String) {
        self.line = line
        self.column = column
        self.problem = problem
    }

    public var description: String { "line \(line), column \(column): \(problem)" }
}
