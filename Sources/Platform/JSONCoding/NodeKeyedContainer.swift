/// An object as a keyed container.
struct NodeKeyedContainer<Key: CodingKey>: KeyedDecodingContainerProtocol {
    private let node: JSONNode
    private let members: [JSONNode.Member]
    /// Only for large objects; a scan of few members is faster than hashing.
    private let index: [String: Int]?

    init(_ node: JSONNode) throws(JSONTypeError) {
        guard let members = node.members else { throw NodeDecoder.mismatch("an object", node) }
        self.node = node
        self.members = members
        if members.count > 32 {
            let pairs = members.indices.map { (members[$0].key, $0) }
            // Nodes that were built by hand may have a key twice; the first counts, as in a scan.
            index = Dictionary(pairs, uniquingKeysWith: { first, _ in first })
        } else {
            index = nil
        }
    }

    var codingPath: [any CodingKey] { [] }

    var allKeys: [Key] { members.compactMap { Key(stringValue: $0.key) } }

    func contains(_ key: Key) -> Bool { find(key) != nil }

    private func find(_ key: Key) -> JSONNode? {
        let name = key.stringValue
        if let index { return index[name].map { members[$0].value } }
        for member in members where member.key == name { return member.value }
        return nil
    }

    private func need(_ key: Key) throws(JSONTypeError) -> JSONNode {
        guard let value = find(key) else {
            let path = JSONPath.step(key.stringValue)
            throw JSONTypeError(path: path, message: "missing", position: node.position)
        }
        return value
    }

    private func at<T>(_ key: Key, _ body: (JSONNode) throws(JSONTypeError) -> T) throws(JSONTypeError) -> T {
        let value = try need(key)
        do {
            return try body(value)
        } catch {
            throw error.within(key: key.stringValue)
        }
    }

    private func integer<T: FixedWidthInteger>(_ type: T.Type, _ key: Key) throws(JSONTypeError) -> T {
        try at(key) { node throws(JSONTypeError) in try NodeDecoder.integer(type, node) }
    }

    func decodeNil(forKey key: Key) throws -> Bool { try need(key).isNull }

    func decode(_ type: Bool.Type, forKey key: Key) throws -> Bool { try at(key, NodeDecoder.bool) }

    func decode(_ type: String.Type, forKey key: Key) throws -> String { try at(key, NodeDecoder.string) }

    func decode(_ type: Double.Type, forKey key: Key) throws -> Double { try at(key, NodeDecoder.double) }

    func decode(_ type: Float.Type, forKey key: Key) throws -> Float { Float(try at(key, NodeDecoder.double)) }

    func decode(_ type: Int.Type, forKey key: Key) throws -> Int { try integer(type, key) }

    func decode(_ type: Int8.Type, forKey key: Key) throws -> Int8 { try integer(type, key) }

    func decode(_ type: Int16.Type, forKey key: Key) throws -> Int16 { try integer(type, key) }

    func decode(_ type: Int32.Type, forKey key: Key) throws -> Int32 { try integer(type, key) }

    func decode(_ type: Int64.Type, forKey key: Key) throws -> Int64 { try integer(type, key) }

    func decode(_ type: UInt.Type, forKey key: Key) throws -> UInt { try integer(type, key) }

    func decode(_ type: UInt8.Type, forKey key: Key) throws -> UInt8 { try integer(type, key) }

    func decode(_ type: UInt16.Type, forKey key: Key) throws -> UInt16 { try integer(type, key) }

    func decode(_ type: UInt32.Type, forKey key: Key) throws -> UInt32 { try integer(type, key) }

    func decode(_ type: UInt64.Type, forKey key: Key) throws -> UInt64 { try integer(type, key) }

    func decode<T: Decodable>(_ type: T.Type, forKey key: Key) throws -> T {
        try at(key) { node throws(JSONTypeError) in try NodeDecoder.value(type, from: node) }
    }

    func nestedContainer<Nested: CodingKey>(
        keyedBy type: Nested.Type,
        forKey key: Key
    ) throws -> KeyedDecodingContainer<Nested> {
        KeyedDecodingContainer(
            try at(key) { node throws(JSONTypeError) in try NodeKeyedContainer<Nested>(node) }
        )
    }

    func nestedUnkeyedContainer(forKey key: Key) throws -> any UnkeyedDecodingContainer {
        try at(key) { node throws(JSONTypeError) in try NodeUnkeyedContainer(node) }
    }

    func superDecoder() throws -> any Decoder { NodeDecoder(node: node) }

    func superDecoder(forKey key: Key) throws -> any Decoder { NodeDecoder(node: try need(key)) }
}
