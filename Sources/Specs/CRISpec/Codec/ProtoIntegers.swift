import JSONCoding

/// Integers: as JSON numbers or strings, `1e3` and `4.0` too as long as they are whole, as proto3 has it.
protocol ProtoInteger: ProtoValue, FixedWidthInteger {
    static var bounds: String { get }
}

extension ProtoInteger {
    public static var absent: Self { 0 }

    public static func read(_ node: JSONNode, _ path: String) throws(ProtoProblem) -> Self {
        let value: Self?
        switch node.value {
        case .integer(let number): value = Self(exactly: number)
        case .unsigned(let number): value = Self(exactly: number)
        case .number(let number): value = Self(exactly: number)
        case .string(let text): value = Self(text) ?? Double(text).flatMap { Self(exactly: $0) }
        default: throw ProtoProblem(path, "expected a whole number, found \(node.kind)")
        }
        guard let value else { throw ProtoProblem(path, "expected a whole number \(bounds)") }
        return value
    }
}

extension Int32: ProtoInteger {
    static var bounds: String { "of 32 bits" }
    public static var protoType: ProtoType { .int32 }
    public var node: JSONNode { JSONNode(Int64(self)) }
}

extension UInt32: ProtoInteger {
    static var bounds: String { "of 32 bits from 0" }
    public static var protoType: ProtoType { .uint32 }
    public var node: JSONNode { JSONNode(Int64(self)) }
}

// As strings: readers in JavaScript would lose the last digits.
extension Int64: ProtoInteger {
    static var bounds: String { "of 64 bits" }
    public static var protoType: ProtoType { .int64 }
    public var node: JSONNode { JSONNode(String(self)) }
}

extension UInt64: ProtoInteger {
    static var bounds: String { "of 64 bits from 0" }
    public static var protoType: ProtoType { .uint64 }
    public var node: JSONNode { JSONNode(String(self)) }
}
