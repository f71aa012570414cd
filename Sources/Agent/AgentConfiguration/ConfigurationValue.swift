import JSONCoding

/// What a key may be set to.
public enum ConfigurationValue: Sendable, Hashable {
    /// Nothing is set: the agent finds out by itself.
    case absent
    case text(String)
    case boolean(Bool)
    case list([String])
    /// Names and what stands at them.
    case table([String: String])
    case duration(Duration)
    case number(Int64)
    case bytes(Int64)

    /// The value as it stands in a configuration file.
    public var node: JSONNode {
        switch self {
        case .absent: .null
        case .text(let text): JSONNode(text)
        case .boolean(let value): JSONNode(value)
        case .list(let elements): JSONNode(.array(elements.map { JSONNode($0) }))
        case .table(let entries):
            JSONNode(.object(entries.sorted { $0.key < $1.key }.map { JSONNode.Member(key: $0.key, value: JSONNode($0.value)) }))
        case .duration(let duration): JSONNode(ConfigurationDuration.text(duration))
        case .number(let number): JSONNode(number)
        case .bytes(let size): JSONNode(ConfigurationBytes.text(size))
        }
    }
}

/// A value that a key cannot have.
struct ConfigurationValueError: Error {
    var message: String
    /// What was probably meant.
    var suggestion: String?
    /// Where it is, if at a more exact place than the value.
    var position: SourcePosition?
    /// What else is wrong with a list.
    var others: [ConfigurationValueError] = []

    init(_ message: String, suggestion: String? = nil, position: SourcePosition? = nil) {
        self.message = message
        self.suggestion = suggestion
        self.position = position
    }
}
