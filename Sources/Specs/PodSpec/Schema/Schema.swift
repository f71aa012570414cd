import JSONCoding

/// The fields that an object of the API may have.
final class ObjectSchema: Sendable {
    let name: String
    let fields: [Field]
    /// Fields that must be there.
    let required: [String]
    private let index: [String: Int]

    init(_ name: String, required: [String] = [], _ fields: [Field]) {
        self.name = name
        self.fields = fields
        self.required = required
        index = Dictionary(fields.indices.map { (fields[$0].name, $0) }, uniquingKeysWith: { first, _ in first })
    }

    func field(_ name: String) -> Field? { index[name].map { fields[$0] } }
}

/// One field: its name, what may stand in it, and what becomes of it here.
struct Field: Sendable {
    let name: String
    let shape: Shape
    let standing: Standing

    /// A field that is acted on.
    static func served(_ name: String, _ shape: Shape) -> Field {
        Field(name: name, shape: shape, standing: .served)
    }

    /// A field that is accepted, says nothing here, and needs no word about it.
    static func idle(_ name: String, _ shape: Shape) -> Field {
        Field(name: name, shape: shape, standing: .idle)
    }

    /// A field that is not served yet: a warning, except for values that change nothing (`quiet`, false, empty).
    static func later(_ name: String, _ shape: Shape, quiet: [JSONNode] = []) -> Field {
        Field(name: name, shape: shape, standing: .later(quiet: quiet))
    }

    /// A field without which the pod would be another one, or less isolated than asked: not served is an error.
    static func refused(_ name: String, _ shape: Shape, quiet: [JSONNode] = []) -> Field {
        Field(name: name, shape: shape, standing: .refused(quiet: quiet))
    }
}

/// What becomes of a field.
enum Standing: Sendable {
    case served
    case idle
    case later(quiet: [JSONNode])
    case refused(quiet: [JSONNode])
}

/// What may stand in a field.
indirect enum Shape: Sendable {
    case string
    case boolean
    case int32
    case int64
    case quantity
    /// A port by number or name; also other "integer or string" values.
    case intOrString
    /// Anything; not looked into.
    case any
    /// One of a few words.
    case word([String])
    case object(ObjectSchema)
    case list(Shape)
    case map(Shape)

    static let strings = Shape.list(.string)
    static let stringMap = Shape.map(.string)
    static let quantities = Shape.map(.quantity)

    static func objects(_ schema: ObjectSchema) -> Shape { .list(.object(schema)) }
}
