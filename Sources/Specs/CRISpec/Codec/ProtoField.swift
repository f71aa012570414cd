import JSONCoding

/// One field of a message: where it is kept, what it is called, how it travels.
public struct ProtoField<Message: ProtoMessage>: Sendable {
    public let description: CRI.FieldDescription
    let read: @Sendable (JSONNode, String, inout Message) throws(ProtoProblem) -> Void
    /// Nil where the field has its default.
    let write: @Sendable (Message) -> JSONNode?

    private init<Value: ProtoValue>(
        _ names: (String, String),
        _ flags: Flags,
        _ type: Value.Type,
        _ shape: CRI.FieldDescription.Shape,
        read: @escaping @Sendable (JSONNode, String, inout Message) throws(ProtoProblem) -> Void,
        write: @escaping @Sendable (Message) -> JSONNode?
    ) {
        description = CRI.FieldDescription(
            name: names.0,
            jsonName: names.1,
            type: Value.protoType,
            shape: shape,
            isDeprecated: flags.contains(.deprecated),
            isSecret: flags.contains(.secret)
        )
        self.read = read
        self.write = write
    }

    public struct Flags: OptionSet, Sendable {
        public let rawValue: Int
        public init(rawValue: Int) { self.rawValue = rawValue }
        public static var deprecated: Flags { Flags(rawValue: 1) }
        public static var secret: Flags { Flags(rawValue: 2) }
    }

    static func value<Value: ProtoValue>(
        _ name: String,
        _ json: String,
        _ path: WritableKeyPath<Message, Value> & Sendable,
        _ flags: Flags = []
    ) -> ProtoField {
        ProtoField((name, json), flags, Value.self, .single) { node, place, message throws(ProtoProblem) in
            message[keyPath: path] = try Value.read(node, place)
        } write: { message in
            let value = message[keyPath: path]
            return value == Value.absent ? nil : value.node
        }
    }

    /// A message is there or not; an empty one that is there differs from none.
    static func message<Value: ProtoMessage>(
        _ name: String,
        _ json: String,
        _ path: WritableKeyPath<Message, Value?> & Sendable,
        _ flags: Flags = []
    ) -> ProtoField {
        ProtoField((name, json), flags, Value.self, .single) { node, place, message throws(ProtoProblem) in
            message[keyPath: path] = try Value.read(node, place)
        } write: { message in
            message[keyPath: path]?.node
        }
    }

    static func list<Value: ProtoValue>(
        _ name: String,
        _ json: String,
        _ path: WritableKeyPath<Message, [Value]> & Sendable,
        _ flags: Flags = []
    ) -> ProtoField {
        ProtoField((name, json), flags, Value.self, .list) { node, place, message throws(ProtoProblem) in
            guard let elements = node.arrayValue else { throw ProtoProblem(place, "expected an array, found \(node.kind)") }
            var values: [Value] = []
            values.reserveCapacity(elements.count)
            for (index, element) in elements.enumerated() { values.append(try Value.read(element, "\(place)[\(index)]")) }
            message[keyPath: path] = values
        } write: { message in
            let values = message[keyPath: path]
            return values.isEmpty ? nil : JSONNode(.array(values.map(\.node)))
        }
    }

    static func map<Value: ProtoValue>(
        _ name: String,
        _ json: String,
        _ path: WritableKeyPath<Message, [String: Value]> & Sendable,
        _ flags: Flags = []
    ) -> ProtoField {
        ProtoField((name, json), flags, Value.self, .map) { node, place, message throws(ProtoProblem) in
            guard let members = node.members else { throw ProtoProblem(place, "expected an object, found \(node.kind)") }
            var values: [String: Value] = [:]
            for member in members {
                values[member.key] = try Value.read(member.value, JSONPath.join(place, JSONPath.step(member.key)))
            }
            message[keyPath: path] = values
        } write: { message in
            let values = message[keyPath: path].sorted { $0.key < $1.key }
            return values.isEmpty ? nil : JSONNode(.object(values.map { JSONNode.Member(key: $0.key, value: $0.value.node) }))
        }
    }
}
