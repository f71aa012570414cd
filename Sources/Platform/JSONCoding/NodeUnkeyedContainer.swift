/// An array as an unkeyed container.
struct NodeUnkeyedContainer: UnkeyedDecodingContainer {
    private let node: JSONNode
    private let elements: [JSONNode]
    private(set) var currentIndex = 0

    init(_ node: JSONNode) throws(JSONTypeError) {
        guard let elements = node.arrayValue else { throw NodeDecoder.mismatch("an array", node) }
        self.node = node
        self.elements = elements
    }

    var codingPath: [any CodingKey] { [] }
    var count: Int? { elements.count }
    var isAtEnd: Bool { currentIndex >= elements.count }

    private mutating func next<T>(_ body: (JSONNode) throws(JSONTypeError) -> T) throws(JSONTypeError) -> T {
        guard !isAtEnd else {
            throw JSONTypeError(path: "[\(currentIndex)]", message: "missing", position: node.position)
        }
        do {
            let value = try body(elements[currentIndex])
            currentIndex += 1
            return value
        } catch {
            throw error.within(index: currentIndex)
        }
    }

    mutating func decodeNil() throws -> Bool {
        // Only a null is consumed; anything else is still to be decoded.
        guard !isAtEnd, elements[currentIndex].isNull else { return false }
        currentIndex += 1
        return true
    }

    mutating func decode<T: Decodable>(_ type: T.Type) throws -> T {
        try next { node throws(JSONTypeError) in try NodeDecoder.value(type, from: node) }
    }

    mutating func nestedContainer<Nested: CodingKey>(
        keyedBy type: Nested.Type
    ) throws -> KeyedDecodingContainer<Nested> {
        KeyedDecodingContainer(try next { node throws(JSONTypeError) in try NodeKeyedContainer<Nested>(node) })
    }

    mutating func nestedUnkeyedContainer() throws -> any UnkeyedDecodingContainer {
        try next { node throws(JSONTypeError) in try NodeUnkeyedContainer(node) }
    }

    mutating func superDecoder() throws -> any Decoder {
        try next { node throws(JSONTypeError) in NodeDecoder(node: node) }
    }
}
