import JSONCoding

/// A value of a field: a scalar, an enum or a message.
public protocol ProtoValue: Sendable, Hashable {
    static var protoType: ProtoType { get }
    /// What an absent field has.
    static var absent: Self { get }
    static func read(_ node: JSONNode, _ path: String) throws(ProtoProblem) -> Self
    var node: JSONNode { get }
}

extension String: ProtoValue {
    public static var protoType: ProtoType { .string }
    public static var absent: String { "" }
    public static func read(_ node: JSONNode, _ path: String) throws(ProtoProblem) -> String {
        guard let text = node.stringValue else { throw ProtoProblem(path, "expected a string, found \(node.kind)") }
        return text
    }
    public var node: JSONNode { JSONNode(self) }
}

extension Bool: ProtoValue {
    public static var protoType: ProtoType { .bool }
    public static var absent: Bool { false }
    public static func read(_ node: JSONNode, _ path: String) throws(ProtoProblem) -> Bool {
        guard let value = node.boolValue else { throw ProtoProblem(path, "expected true or false, found \(node.kind)") }
        return value
    }
    public var node: JSONNode { JSONNode(self) }
}

extension Double: ProtoValue {
    public static var protoType: ProtoType { .double }
    public static var absent: Double { 0 }
    public static func read(_ node: JSONNode, _ path: String) throws(ProtoProblem) -> Double {
        if let value = node.numberValue { return value }
        switch node.stringValue {
        case "NaN": return .nan
        case "Infinity": return .infinity
        case "-Infinity": return -.infinity
        case let text?:
            if let value = Double(text), value.isFinite { return value }
            throw ProtoProblem(path, "\"\(text)\" is no number")
        case nil: throw ProtoProblem(path, "expected a number, found \(node.kind)")
        }
    }
    public var node: JSONNode {
        if isNaN { return "NaN" }
        if isInfinite { return self < 0 ? "-Infinity" : "Infinity" }
        return JSONNode(.number(self))
    }
}

/// Bytes that travel in base64.
public struct ProtoBytes: ProtoValue, ExpressibleByStringLiteral {
    public var bytes: [UInt8]

    public init(_ bytes: [UInt8]) { self.bytes = bytes }
    public init(stringLiteral value: String) { bytes = Array(value.utf8) }

    public static var protoType: ProtoType { .bytes }
    public static var absent: ProtoBytes { ProtoBytes([]) }
    public static func read(_ node: JSONNode, _ path: String) throws(ProtoProblem) -> ProtoBytes {
        guard let text = node.stringValue else { throw ProtoProblem(path, "expected base64 in a string, found \(node.kind)") }
        guard let bytes = Base64.decode(text, padding: .optional, acceptsURLAlphabet: true) else { throw ProtoProblem(path, "this is no base64") }
        return ProtoBytes(bytes)
    }
    public var node: JSONNode { JSONNode(Base64.encode(bytes)) }
}
