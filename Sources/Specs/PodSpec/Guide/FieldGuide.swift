/// What the fields of the kinds are for, and what becomes of each here: what `swiftlet check --explain` prints.
///
/// The table of fields is the schema that manifests are checked by, so the guide cannot say anything else than what happens.
public struct FieldGuide: Sendable {
    /// One field.
    public struct Entry: Sendable, Hashable {
        /// `pod.spec.containers[].image`.
        public var path: String
        /// `string`, `[]Container`, `map of Quantity`, or the words that may stand there.
        public var type: String
        public var standing: Support
        /// A sentence or two; empty where nothing needs to be said.
        public var text: String

        /// The last step of the path.
        public var name: String { path.split(separator: ".").last.map(String.init) ?? path }
    }

    /// What becomes of a field.
    public enum Support: String, Sendable, Hashable, CaseIterable {
        case served
        /// Accepted; says nothing on a lone node.
        case idle
        /// Accepted with a warning in the pod's status.
        case warned
        /// The pod is not run.
        case refused
    }

    /// The path names no field.
    public struct UnknownField: Error, Sendable, Hashable, CustomStringConvertible {
        public var path: String
        public var step: String
        public var suggestion: String?

        public var description: String {
            var text = "\(path): there is no field \"\(step)\""
            if let suggestion { text += ", did you mean \"\(suggestion)\"?" }
            return text
        }
    }

    /// The kinds, as paths begin with them.
    static let kinds = ManifestKind.served.map { (name: $0.kind.rawValue.lowercased(), schema: $0.schema) }

    /// The guide to all kinds that a manifest may have.
    public init() {}

    public var kindNames: [String] { Self.kinds.map(\.name) }

    /// A field and the fields right below it. Steps are separated by dots; `[]` and `[0]` may stand behind a list and need not.
    public func look(up path: String) throws(UnknownField) -> (entry: Entry, fields: [Entry]) {
        var steps = path.split(separator: ".").map { String($0.prefix { $0 != "[" }) }
        guard !steps.isEmpty else { throw UnknownField(path: path, step: "", suggestion: kindNames.first) }
        let first = steps.removeFirst()
        guard let kind = Self.kinds.first(where: { $0.name == first.lowercased() }) else {
            let suggestion = Nearest.name(to: first.lowercased(), among: kindNames)
            throw UnknownField(path: path, step: first, suggestion: suggestion)
        }
        var place = Place(kind.name, kind.schema)
        for step in steps {
            guard let next = place.below(step) else {
                let known = place.object?.fields.map(\.name) ?? []
                throw UnknownField(path: path, step: step, suggestion: Nearest.name(to: step, among: known))
            }
            place = next
        }
        return (place.entry, place.fields.map(\.entry))
    }

    /// Every field of a kind, each after the one that it belongs to. What is below a field that is refused, or that says
    /// nothing, is not named one by one.
    public func all(of kind: String) -> [Entry] {
        guard let found = Self.kinds.first(where: { $0.name == kind }) else { return [] }
        var entries: [Entry] = []
        func visit(_ place: Place) {
            for field in place.fields {
                entries.append(field.entry)
                if field.standing == .served { visit(field) }
            }
        }
        visit(Place(found.name, found.schema))
        return entries
    }
}

extension FieldGuide {
    /// Texts that are of nothing in the schema (any more).
    package static var textsOfNoField: [String] {
        var known: Set<String> = []
        func visit(_ schema: ObjectSchema) {
            known.insert(schema.name)
            for field in schema.fields {
                known.insert("\(schema.name).\(field.name)")
                if let below = field.shape.element.object { visit(below) }
            }
        }
        for kind in kinds { visit(kind.schema) }
        return FieldTexts.names.subtracting(known).sorted()
    }

    /// A place in the schema.
    private struct Place {
        var path: String
        var shape: Shape
        var standing: Support
        var text: String

        init(_ kind: String, _ schema: ObjectSchema) {
            path = kind
            shape = .object(schema)
            standing = .served
            text = FieldTexts.text(of: schema.name) ?? ""
        }

        private init(_ field: Field, of owner: ObjectSchema, below place: Place) {
            shape = field.shape
            path = place.path + (place.isRepeated ? "[]" : "") + "." + field.name
            switch (place.standing, field.standing) {
            // What is below a field that is not served is not either.
            case (.served, .served): standing = .served
            case (.served, .idle): standing = .idle
            case (.served, .later): standing = .warned
            case (.served, .refused): standing = .refused
            case (let above, _): standing = above
            }
            text = FieldTexts.text(of: "\(owner.name).\(field.name)") ?? ""
        }

        /// The object behind lists and maps.
        var object: ObjectSchema? { shape.element.object }

        private var isRepeated: Bool {
            switch shape {
            case .list, .map: true
            default: false
            }
        }

        func below(_ name: String) -> Place? {
            guard let object, let field = object.field(name) else { return nil }
            return Place(field, of: object, below: self)
        }

        var fields: [Place] {
            guard let object else { return [] }
            return object.fields.map { Place($0, of: object, below: self) }
        }

        var entry: Entry { Entry(path: path, type: shape.words, standing: standing, text: text) }
    }
}

extension Shape {
    fileprivate var element: Shape {
        switch self {
        case .list(let element), .map(let element): element.element
        default: self
        }
    }

    fileprivate var object: ObjectSchema? {
        if case .object(let schema) = self { return schema }
        return nil
    }

    fileprivate var words: String {
        switch self {
        case .string: "string"
        case .boolean: "boolean"
        case .int32, .int64: "integer"
        case .quantity: "quantity"
        case .intOrString: "integer or string"
        case .any: "any"
        case .word(let words): words.filter { !$0.isEmpty }.joined(separator: "|")
        case .object(let schema): schema.name
        case .list(let element): "[]" + element.words
        case .map(let value): "map of " + value.words
        }
    }
}
