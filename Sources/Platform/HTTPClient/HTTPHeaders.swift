/// Header fields in their order; names compare without regard to case (RFC 9110, 5.1).
public struct HTTPHeaders: Sendable, Hashable {
    /// One header field.
    public struct Field: Sendable, Hashable {
        public var name: String
        public var value: String
    }

    /// All fields in the order in which they came.
    public private(set) var fields: [Field] = []

    public init() {}

    /// Adds a field behind those that are there.
    public mutating func append(_ name: String, _ value: String) {
        fields.append(Field(name: name, value: value))
    }

    /// The first value of a name. Setting it replaces all values of the name; nil removes them.
    public subscript(name: String) -> String? {
        get { values(name).first }
        set {
            let wanted = name.lowercased()
            fields.removeAll { $0.name.lowercased() == wanted }
            if let newValue { append(name, newValue) }
        }
    }

    /// All values of a name.
    public func values(_ name: String) -> [String] {
        let wanted = name.lowercased()
        return fields.filter { $0.name.lowercased() == wanted }.map(\.value)
    }
}
