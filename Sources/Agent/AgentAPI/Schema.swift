import JSONCoding

/// The shape of a JSON value: checks parameters before they are decoded and becomes JSON Schema in the OpenRPC
/// document. One source for both, so that what is documented is what is enforced.
public indirect enum Schema: Sendable, Hashable {
    case string
    /// A string with a JSON Schema format: `date-time`, `byte` (base64).
    case formatted(String)
    /// One of these strings.
    case choice([String])
    case integer(minimum: Int64?, maximum: Int64?)
    case number
    case boolean
    /// A string or a whole number.
    case requestID
    case array(of: Schema, minimumCount: Int = 0)
    /// An object with any keys, whose values are of one kind.
    case map(of: Schema)
    case object([Property])
    /// An object of a foreign specification, described there.
    case foreign(description: String, link: String)
    /// A whole number of 64 bits: in a string, or as it is.
    case wideInteger
    /// Any number; NaN and the infinities by their names.
    case wideNumber
    /// A message of a protocol buffer, in its JSON mapping.
    case message(MessageSchema)
    /// A schema with a name of its own under `components/schemas`.
    case named(String, Schema)

    /// A member of an object.
    public struct Property: Sendable, Hashable {
        public var name: String
        public var schema: Schema
        public var summary: String
        public var isRequired: Bool

        public init(name: String, schema: Schema, summary: String, isRequired: Bool) {
            self.name = name
            self.schema = schema
            self.summary = summary
            self.isRequired = isRequired
        }

        public static func required(_ name: String, _ schema: Schema, _ summary: String) -> Property {
            Property(name: name, schema: schema, summary: summary, isRequired: true)
        }

        public static func optional(_ name: String, _ schema: Schema, _ summary: String) -> Property {
            Property(name: name, schema: schema, summary: summary, isRequired: false)
        }
    }

    /// A whole number from 0.
    public static let count = Schema.integer(minimum: 0, maximum: nil)
    /// RFC 3339.
    public static let time = Schema.formatted("date-time")

    /// The properties, where this is an object or a name for one.
    public var properties: [Property] {
        switch self {
        case .object(let properties): properties
        case .named(_, let schema): schema.properties
        case .message(let message): message.properties
        default: []
        }
    }
}

/// A value that travels in parameters, results or events, with its schema beside it.
public protocol APIValue: Codable, Sendable {
    static var schema: Schema { get }
}
