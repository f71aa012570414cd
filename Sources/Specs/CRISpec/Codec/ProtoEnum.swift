import JSONCoding

/// An enum of the schema. The first of its cases is the default, with the number 0.
public protocol ProtoEnum: ProtoValue, CaseIterable, RawRepresentable where RawValue == Int32 {
    static var protoName: String { get }
    /// The names of the cases, in their order.
    static var names: [String] { get }
}

extension ProtoEnum {
    public static var protoType: ProtoType { .choice(name: protoName, values: names) }
    public static var absent: Self { Self(rawValue: 0)! }  // proto3: the first value is 0; a test looks.

    public static func read(_ node: JSONNode, _ path: String) throws(ProtoProblem) -> Self {
        switch node.value {
        case .string(let text):
            for (name, value) in zip(names, allCases) where name == text { return value }
        case .integer(let number):
            if let value = Int32(exactly: number).flatMap(Self.init(rawValue:)) { return value }
        default: break
        }
        throw ProtoProblem(path, "expected one of \(names.joined(separator: ", "))")
    }

    /// `SANDBOX_READY`.
    public var name: String {
        for (name, value) in zip(Self.names, Self.allCases) where value == self { return name }
        return "\(rawValue)"
    }

    public var node: JSONNode { JSONNode(name) }
}
