/// Any JSON value, with the place in the source that it came from where that is known.
///
/// Two nodes are equal when their values are; positions do not count.
public struct JSONNode: Sendable, Hashable {
    /// The six kinds of JSON values. Integers that fit `Int64` are always `.integer`; only larger ones are `.unsigned`.
    public enum Content: Sendable, Hashable {
        case null
        case bool(Bool)
        case integer(Int64)
        case unsigned(UInt64)
        case number(Double)
        case string(String)
        case array([JSONNode])
        case object([Member])
    }

    /// A key and its value; an object keeps its members in the order of the text.
    public struct Member: Sendable, Hashable {
        public var key: String
        public var keyPosition: SourcePosition?
        public var value: JSONNode

        /// Creates a member.
        public init(key: String, keyPosition: SourcePosition? = nil, value: JSONNode) {
            self.key = key
            self.keyPosition = keyPosition
            self.value = value
        }

        public static func == (a: Member, b: Member) -> Bool { a.key == b.key && a.value == b.value }

        public func hash(into hasher: inout Hasher) {
            hasher.combine(key)
            hasher.combine(value)
        }
    }

    public var value: Content
    public var position: SourcePosition?

    /// Creates a node.
    public init(_ value: Content, position: SourcePosition? = nil) {
        self.value = value
        self.position = position
    }

    public static func == (a: JSONNode, b: JSONNode) -> Bool { a.value == b.value }

    public func hash(into hasher: inout Hasher) { hasher.combine(value) }

    /// The null value.
    public static let null = JSONNode(.null)

    /// The value of an object's member, nil if there is none or this is no object.
    public subscript(key: String) -> JSONNode? {
        member(key)?.value
    }

    /// The element of an array, nil if there is none or this is no array.
    public subscript(index: Int) -> JSONNode? {
        guard case .array(let elements) = value, elements.indices.contains(index) else { return nil }
        return elements[index]
    }

    /// An object's member with the position of its key, nil if there is none or this is no object.
    public func member(_ key: String) -> Member? {
        guard case .object(let members) = value else { return nil }
        return members.first { $0.key == key }
    }

    /// What this is in the words of an error message: "a string", "an object", ….
    public var kind: String {
        switch value {
        case .null: "null"
        case .bool: "a boolean"
        case .integer, .unsigned: "an integer"
        case .number: "a number"
        case .string: "a string"
        case .array: "an array"
        case .object: "an object"
        }
    }
}

extension JSONNode {
    /// True for null.
    public var isNull: Bool {
        if case .null = value { true } else { false }
    }

    /// The boolean, nil for any other kind.
    public var boolValue: Bool? {
        if case .bool(let value) = value { value } else { nil }
    }

    /// The integer, nil for any other kind and outside of `Int64`.
    public var integerValue: Int64? {
        if case .integer(let value) = value { value } else { nil }
    }

    /// Any number as a floating-point value, nil for any other kind.
    public var numberValue: Double? {
        switch value {
        case .integer(let value): Double(value)
        case .unsigned(let value): Double(value)
        case .number(let value): value
        default: nil
        }
    }

    /// The string, nil for any other kind.
    public var stringValue: String? {
        if case .string(let value) = value { value } else { nil }
    }

    /// The elements, nil for anything but an array.
    public var arrayValue: [JSONNode]? {
        if case .array(let value) = value { value } else { nil }
    }

    /// The members in their order, nil for anything but an object.
    public var members: [Member]? {
        if case .object(let value) = value { value } else { nil }
    }
}
