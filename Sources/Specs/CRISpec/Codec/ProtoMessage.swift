import JSONCoding

/// A message: all that there is to know of its form is in the table of its fields.
public protocol ProtoMessage: ProtoValue, CustomStringConvertible {
    init()
    static var protoName: String { get }
    /// In the order of the schema.
    static var fields: [ProtoField<Self>] { get }
}

extension ProtoMessage {
    public static var protoType: ProtoType { .message(Self.self) }
    public static var absent: Self { Self() }

    public static var messageDescription: CRI.MessageDescription {
        CRI.MessageDescription(name: protoName, fields: fields.map(\.description))
    }

    public static func read(_ node: JSONNode, _ path: String) throws(ProtoProblem) -> Self {
        guard let members = node.members else { throw ProtoProblem(path, "expected an object, found \(node.kind)") }
        var message = Self()
        var seen: Set<Int> = []
        for member in members {
            let place = JSONPath.join(path, JSONPath.step(member.key))
            guard
                let index = fields.firstIndex(where: {
                    $0.description.jsonName == member.key || $0.description.name == member.key
                })
            else { throw ProtoProblem(place, "\(protoName) has no such field") }
            // By its two names, that is: what stands twice under one is no JSON already.
            guard seen.insert(index).inserted else { throw ProtoProblem(place, "this field is given twice") }
            if member.value.isNull { continue }
            try fields[index].read(member.value, place, &message)
        }
        return message
    }

    public init(_ node: JSONNode) throws(ProtoProblem) { self = try Self.read(node, "") }

    public var node: JSONNode {
        JSONNode(
            .object(
                Self.fields.compactMap { field in
                    field.write(self).map { JSONNode.Member(key: field.description.jsonName, value: $0) }
                }
            )
        )
    }

    /// As JSON, without what is secret.
    public var description: String {
        String(decoding: JSON.serialize(Self.redacted(node, Self.messageDescription)), as: UTF8.self)
    }

    /// Also inside of messages that this one holds.
    private static func redacted(_ node: JSONNode, _ message: CRI.MessageDescription) -> JSONNode {
        guard let members = node.members else { return node }
        return JSONNode(
            .object(
                members.map { member in
                    guard let field = message.fields.first(where: { $0.jsonName == member.key }) else { return member }
                    var shown = member
                    if field.isSecret {
                        shown.value = "(secret)"
                    } else if case .message(let type) = field.type {
                        let inner = type.messageDescription
                        shown.value =
                            member.value.arrayValue.map { JSONNode(.array($0.map { redacted($0, inner) })) }
                            ?? redacted(member.value, inner)
                    }
                    return shown
                }
            )
        )
    }
}
