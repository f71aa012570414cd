/// Encodes into an object.
struct NodeKeyedEncodingContainer<Key: CodingKey>: KeyedEncodingContainerProtocol {
    let slot: NodeSlot
    let codingPath: [any CodingKey]

    private func put(_ node: JSONNode, _ key: Key) { slot.append(node, key: key.stringValue) }

    func encodeNil(forKey key: Key) { put(.null, key) }

    func encode(_ value: Bool, forKey key: Key) { put(JSONNode(value), key) }

    func encode(_ value: String, forKey key: Key) { put(JSONNode(value), key) }

    func encode(_ value: Double, forKey key: Key) throws {
        put(try NodeEncoder.node(from: value, codingPath: codingPath + [key]), key)
    }

    func encode(_ value: Float, forKey key: Key) throws { try encode(Double(value), forKey: key) }

    func encode(_ value: Int, forKey key: Key) { put(JSONNode(value), key) }

    func encode(_ value: Int8, forKey key: Key) { put(JSONNode(value), key) }

    func encode(_ value: Int16, forKey key: Key) { put(JSONNode(value), key) }

    func encode(_ value: Int32, forKey key: Key) { put(JSONNode(value), key) }

    func encode(_ value: Int64, forKey key: Key) { put(JSONNode(value), key) }

    func encode(_ value: UInt, forKey key: Key) { put(JSONNode(value), key) }

    func encode(_ value: UInt8, forKey key: Key) { put(JSONNode(value), key) }

    func encode(_ value: UInt16, forKey key: Key) { put(JSONNode(value), key) }

    func encode(_ value: UInt32, forKey key: Key) { put(JSONNode(value), key) }

    func encode(_ value: UInt64, forKey key: Key) { put(JSONNode(value), key) }

    func encode<T: Encodable>(_ value: T, forKey key: Key) throws {
        put(try NodeEncoder.node(from: value, codingPath: codingPath + [key]), key)
    }

    func nestedContainer<Nested: CodingKey>(
        keyedBy type: Nested.Type,
        forKey key: Key
    ) -> KeyedEncodingContainer<Nested> {
        NodeEncoder(slot: slot.nested(key: key.stringValue), codingPath: codingPath + [key]).container(keyedBy: type)
    }

    func nestedUnkeyedContainer(forKey key: Key) -> any UnkeyedEncodingContainer {
        NodeEncoder(slot: slot.nested(key: key.stringValue), codingPath: codingPath + [key]).unkeyedContainer()
    }

    func superEncoder() -> any Encoder {
        NodeEncoder(slot: slot.nested(key: "super"), codingPath: codingPath)
    }

    func superEncoder(forKey key: Key) -> any Encoder {
        NodeEncoder(slot: slot.nested(key: key.stringValue), codingPath: codingPath + [key])
    }
}

/// Encodes into an array.
struct NodeUnkeyedEncodingContainer: UnkeyedEncodingContainer {
    let slot: NodeSlot
    let codingPath: [any CodingKey]

    var count: Int { slot.count }

    func encodeNil() { slot.append(.null) }

    func encode(_ value: Double) throws { slot.append(try NodeEncoder.node(from: value, codingPath: codingPath)) }

    func encode(_ value: Float) throws { try encode(Double(value)) }

    func encode<T: Encodable>(_ value: T) throws {
        slot.append(try NodeEncoder.node(from: value, codingPath: codingPath))
    }

    func nestedContainer<Nested: CodingKey>(keyedBy type: Nested.Type) -> KeyedEncodingContainer<Nested> {
        NodeEncoder(slot: slot.nested(), codingPath: codingPath).container(keyedBy: type)
    }

    func nestedUnkeyedContainer() -> any UnkeyedEncodingContainer {
        NodeEncoder(slot: slot.nested(), codingPath: codingPath).unkeyedContainer()
    }

    func superEncoder() -> any Encoder { NodeEncoder(slot: slot.nested(), codingPath: codingPath) }
}

/// Encodes one value.
struct NodeSingleValueEncodingContainer: SingleValueEncodingContainer {
    let slot: NodeSlot
    let codingPath: [any CodingKey]

    func encodeNil() { slot.set(.null) }

    func encode(_ value: Bool) { slot.set(JSONNode(value)) }

    func encode(_ value: String) { slot.set(JSONNode(value)) }

    func encode(_ value: Double) throws { slot.set(try NodeEncoder.node(from: value, codingPath: codingPath)) }

    func encode(_ value: Float) throws { try encode(Double(value)) }

    func encode(_ value: Int) { slot.set(JSONNode(value)) }

    func encode(_ value: Int8) { slot.set(JSONNode(value)) }

    func encode(_ value: Int16) { slot.set(JSONNode(value)) }

    func encode(_ value: Int32) { slot.set(JSONNode(value)) }

    func encode(_ value: Int64) { slot.set(JSONNode(value)) }

    func encode(_ value: UInt) { slot.set(JSONNode(value)) }

    func encode(_ value: UInt8) { slot.set(JSONNode(value)) }

    func encode(_ value: UInt16) { slot.set(JSONNode(value)) }

    func encode(_ value: UInt32) { slot.set(JSONNode(value)) }

    func encode(_ value: UInt64) { slot.set(JSONNode(value)) }

    func encode<T: Encodable>(_ value: T) throws {
        slot.set(try NodeEncoder.node(from: value, codingPath: codingPath))
    }
}
