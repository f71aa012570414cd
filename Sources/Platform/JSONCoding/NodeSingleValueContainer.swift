/// Any node as one value.
struct NodeSingleValueContainer: SingleValueDecodingContainer {
    let node: JSONNode

    var codingPath: [any CodingKey] { [] }

    func decodeNil() -> Bool { node.isNull }

    func decode(_ type: Bool.Type) throws -> Bool { try NodeDecoder.bool(node) }

    func decode(_ type: String.Type) throws -> String { try NodeDecoder.string(node) }

    func decode(_ type: Double.Type) throws -> Double { try NodeDecoder.double(node) }

    func decode(_ type: Float.Type) throws -> Float { Float(try NodeDecoder.double(node)) }

    func decode(_ type: Int.Type) throws -> Int { try NodeDecoder.integer(type, node) }

    func decode(_ type: Int8.Type) throws -> Int8 { try NodeDecoder.integer(type, node) }

    func decode(_ type: Int16.Type) throws -> Int16 { try NodeDecoder.integer(type, node) }

    func decode(_ type: Int32.Type) throws -> Int32 { try NodeDecoder.integer(type, node) }

    func decode(_ type: Int64.Type) throws -> Int64 { try NodeDecoder.integer(type, node) }

    func decode(_ type: UInt.Type) throws -> UInt { try NodeDecoder.integer(type, node) }

    func decode(_ type: UInt8.Type) throws -> UInt8 { try NodeDecoder.integer(type, node) }

    func decode(_ type: UInt16.Type) throws -> UInt16 { try NodeDecoder.integer(type, node) }

    func decode(_ type: UInt32.Type) throws -> UInt32 { try NodeDecoder.integer(type, node) }

    func decode(_ type: UInt64.Type) throws -> UInt64 { try NodeDecoder.integer(type, node) }

    func decode<T: Decodable>(_ type: T.Type) throws -> T { try NodeDecoder.value(type, from: node) }
}
