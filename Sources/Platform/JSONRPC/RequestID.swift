import JSONCoding

/// The id that pairs a response with its request: a string or a whole number, echoed as it came.
public enum RequestID: Sendable, Hashable, CustomStringConvertible {
    case string(String)
    case number(Int64)

    /// Takes a JSON value; nil where JSON-RPC ids may not be such (null, fractions, arrays, objects).
    public init?(_ node: JSONNode) {
        switch node.value {
        case .string(let text): self = .string(text)
        case .integer(let number): self = .number(number)
        default: return nil
        }
    }

    /// The id as JSON text.
    public var encoded: [UInt8] {
        switch self {
        case .string(let text): JSON.serialize(JSONNode(.string(text)))
        case .number(let number): Array(String(number).utf8)
        }
    }

    public var description: String {
        switch self {
        case .string(let text): text
        case .number(let number): String(number)
        }
    }
}
