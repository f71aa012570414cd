/// Encodes `Encodable` values as nodes.
struct NodeEncoder: Encoder {
    let slot: NodeSlot
    let codingPath: [any CodingKey]

    var userInfo: [CodingUserInfoKey: Any] { [:] }

    func container<Key: CodingKey>(keyedBy type: Key.Type) -> KeyedEncodingContainer<Key> {
        slot.becomeObject()
        return KeyedEncodingContainer(NodeKeyedEncodingContainer<Key>(slot: slot, codingPath: codingPath))
    }

    func unkeyedContainer() -> any UnkeyedEncodingContainer {
        slot.becomeArray()
        return NodeUnkeyedEncodingContainer(slot: slot, codingPath: codingPath)
    }

    func singleValueContainer() -> any SingleValueEncodingContainer {
        NodeSingleValueEncodingContainer(slot: slot, codingPath: codingPath)
    }

    static func node<T: Encodable>(from value: T, codingPath: [any CodingKey] = []) throws -> JSONNode {
        // Types are compared first, as a dynamic cast that fails is slow.
        if T.self == String.self, let value = value as? String { return JSONNode(.string(value)) }
        if T.self == JSONNode.self, let value = value as? JSONNode { return value }
        if T.self == [String].self, let value = value as? [String] {
            return JSONNode(.array(value.map { JSONNode(.string($0)) }))
        }
        let slot = NodeSlot()
        try value.encode(to: NodeEncoder(slot: slot, codingPath: codingPath))
        var node = slot.finish()
        // A dictionary's own order differs from run to run.
        if case .object(let members) = node.value, members.count > 1, T.self is any StringKeyedDictionary.Type {
            node.value = .object(members.sorted { $0.key < $1.key })
        }
        return node
    }

    static func node(from value: Double, codingPath: [any CodingKey]) throws -> JSONNode {
        guard value.isFinite else {
            let context = EncodingError.Context(codingPath: codingPath, debugDescription: "JSON has no \(value)")
            throw EncodingError.invalidValue(value, context)
        }
        return JSONNode(.number(value))
    }
}

private protocol StringKeyedDictionary {}

extension Dictionary: StringKeyedDictionary where Key == String {}

/// The place where one value is being encoded; shared by the containers that the value asks for.
final class NodeSlot {
    private var node: JSONNode?
    private var members: [JSONNode.Member]?
    private var elements: [JSONNode]?
    /// Nested containers that may still grow, and their index among members or elements.
    private var open: [(index: Int, slot: NodeSlot)] = []

    func becomeObject() { if members == nil { members = [] } }

    func becomeArray() { if elements == nil { elements = [] } }

    var count: Int { elements?.count ?? 0 }

    func set(_ node: JSONNode) { self.node = node }

    func append(_ node: JSONNode, key: String) {
        members?.append(JSONNode.Member(key: key, value: node))
    }

    func append(_ node: JSONNode) {
        elements?.append(node)
    }

    func nested(key: String) -> NodeSlot {
        let slot = NodeSlot()
        open.append((members?.count ?? 0, slot))
        append(.null, key: key)
        return slot
    }

    func nested() -> NodeSlot {
        let slot = NodeSlot()
        open.append((count, slot))
        append(.null)
        return slot
    }

    func finish() -> JSONNode {
        for (index, slot) in open {
            if members != nil {
                members?[index].value = slot.finish()
            } else {
                elements?[index] = slot.finish()
            }
        }
        if let members { return JSONNode(.object(members)) }
        if let elements { return JSONNode(.array(elements)) }
        // A value that encodes nothing is an empty object, as in other encoders.
        return node ?? JSONNode(.object([]))
    }
}
