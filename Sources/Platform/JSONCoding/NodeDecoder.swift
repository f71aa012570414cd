/// Decodes `Decodable` values from nodes.
///
/// No path is kept on the way down: an error collects the keys on its way up, so that a decoding that succeeds pays
/// nothing for them.
struct NodeDecoder: Decoder {
    let node: JSONNode

    var codingPath: [any CodingKey] { [] }
    var userInfo: [CodingUserInfoKey: Any] { [:] }

    func container<Key: CodingKey>(keyedBy type: Key.Type) throws -> KeyedDecodingContainer<Key> {
        KeyedDecodingContainer(try NodeKeyedContainer<Key>(node))
    }

    func unkeyedContainer() throws -> any UnkeyedDecodingContainer {
        try NodeUnkeyedContainer(node)
    }

    func singleValueContainer() throws -> any SingleValueDecodingContainer {
        NodeSingleValueContainer(node: node)
    }

    /// The value of any decodable type; whatever its initialiser throws becomes a `JSONTypeError` at this node.
    static func value<T: Decodable>(_ type: T.Type, from node: JSONNode) throws(JSONTypeError) -> T {
        do {
            // The commonest types by far take the short way.
            if type == String.self, let value = try string(node) as? T { return value }
            if type == [String].self, let value = try strings(node) as? T { return value }
            if type == [String: String].self, let value = try stringMap(node) as? T { return value }
            if type == JSONNode.self, let value = node as? T { return value }
            return try T(from: NodeDecoder(node: node))
        } catch {
            throw JSONTypeError(error, at: node)
        }
    }

    static func bool(_ node: JSONNode) throws(JSONTypeError) -> Bool {
        guard let value = node.boolValue else { throw mismatch("a boolean", node) }
        return value
    }

    static func string(_ node: JSONNode) throws(JSONTypeError) -> String {
        guard let value = node.stringValue else { throw mismatch("a string", node) }
        return value
    }

    static func double(_ node: JSONNode) throws(JSONTypeError) -> Double {
        guard let value = node.numberValue else { throw mismatch("a number", node) }
        return value
    }

    static func integer<T: FixedWidthInteger>(_ type: T.Type, _ node: JSONNode) throws(JSONTypeError) -> T {
        let exact: T?
        switch node.value {
        case .integer(let value): exact = T(exactly: value)
        case .unsigned(let value): exact = T(exactly: value)
        // JSON has one kind of numbers: 1.0 and 1e3 are integers too.
        case .number(let value): exact = T(exactly: value)
        default: throw mismatch("an integer", node)
        }
        guard let exact else {
            let text = String(decoding: JSON.serialize(node), as: UTF8.self)
            let message = "\(text) is no integer from \(T.min) to \(T.max)"
            throw JSONTypeError(path: "", message: message, position: node.position)
        }
        return exact
    }

    private static func strings(_ node: JSONNode) throws(JSONTypeError) -> [String] {
        guard let elements = node.arrayValue else { throw mismatch("an array", node) }
        var strings: [String] = []
        strings.reserveCapacity(elements.count)
        for element in elements {
            guard let string = element.stringValue else {
                throw mismatch("a string", element).within(index: strings.count)
            }
            strings.append(string)
        }
        return strings
    }

    private static func stringMap(_ node: JSONNode) throws(JSONTypeError) -> [String: String] {
        guard let members = node.members else { throw mismatch("an object", node) }
        var map: [String: String] = [:]
        map.reserveCapacity(members.count)
        for member in members {
            guard let string = member.value.stringValue else {
                throw mismatch("a string", member.value).within(key: member.key)
            }
            map[member.key] = string
        }
        return map
    }

    static func mismatch(_ expected: String, _ node: JSONNode) -> JSONTypeError {
        JSONTypeError(path: "", message: "expected \(expected), found \(node.kind)", position: node.position)
    }
}

extension JSONTypeError {
    /// Any error that a `Decodable` initialiser threw, as an error at the node that it was given.
    init(_ error: any Error, at node: JSONNode) {
        switch error {
        case let error as JSONTypeError:
            self = error
        case let error as DecodingError:
            let context =
                switch error {
                case .typeMismatch(_, let context), .valueNotFound(_, let context), .keyNotFound(_, let context),
                    .dataCorrupted(let context):
                    context
                @unknown default:
                    DecodingError.Context(codingPath: [], debugDescription: "\(error)")
                }
            self.init(path: "", message: context.debugDescription, position: node.position)
            for key in context.codingPath.reversed() {
                self = key.intValue.map { within(index: $0) } ?? within(key: key.stringValue)
            }
        default:
            self.init(path: "", message: "\(error)", position: node.position)
        }
    }
}
