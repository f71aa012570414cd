/// JSON texts, trees of nodes and `Codable` values, each made from the other.
public enum JSON {
    /// How deep arrays and objects may be nested.
    public static let depthLimit = 512

    /// How a text is laid out.
    public enum Style: Sendable {
        /// No white space.
        case compact
        /// Two spaces a level, one member a line.
        case pretty
        /// No white space, keys sorted by their bytes: equal values have equal texts.
        case canonical
    }

    /// Decodes a value from a text. Throws `JSONSyntaxError` or `JSONTypeError`, both with positions.
    public static func decode<T: Decodable>(_ type: T.Type, from bytes: some Collection<UInt8>) throws -> T {
        let node = try parse(bytes)
        do {
            return try decode(type, from: node)
        } catch {
            // Positions cost a second pass over the text, and are wanted only when something is wrong.
            return try decode(type, from: try parse(bytes, positions: true))
        }
    }

    /// Decodes a value from a node; the error has the node's position, if it has one.
    public static func decode<T: Decodable>(_ type: T.Type, from node: JSONNode) throws(JSONTypeError) -> T {
        try NodeDecoder.value(type, from: node)
    }

    /// Encodes a value as a text; keys in the order in which the value encodes them (that of its declaration), those of
    /// dictionaries sorted; nil members are left out.
    public static func encode<T: Encodable>(_ value: T, style: Style = .compact) throws -> [UInt8] {
        serialize(try node(from: value), style: style)
    }

    /// Encodes a value as a node.
    public static func node<T: Encodable>(from value: T) throws -> JSONNode {
        try NodeEncoder.node(from: value)
    }

    /// The text of a node. Numbers that JSON cannot say (infinity, not a number) become null.
    public static func serialize(_ node: JSONNode, style: Style = .compact) -> [UInt8] {
        var writer = JSONWriter(style: style)
        writer.write(node)
        return writer.bytes
    }
}
