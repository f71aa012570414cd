import JSONCoding

/// What is known while one document is composed: its anchors, and how large its aliases have made it.
struct YAMLComposer {
    private struct Anchor {
        let node: JSONNode
        let size: Int
    }

    private var anchors: [String: Anchor] = [:]
    private var aliasedNodes = 0
    /// The nodes so far, with those that aliases stand for.
    var size = 0

    mutating func define(_ name: String, _ node: JSONNode, size: Int) {
        anchors[name] = Anchor(node: node, size: size)
    }

    /// The node that an alias stands for; refused once all aliases together stand for too many.
    mutating func alias(_ name: String, at position: SourcePosition) throws(YAMLError) -> JSONNode {
        guard let anchor = anchors[name] else {
            throw YAMLError(message: "alias *\(name) has no anchor &\(name) that ends before it", position: position)
        }
        aliasedNodes += anchor.size
        size += anchor.size
        guard aliasedNodes <= YAML.aliasedNodeLimit else {
            let message = "aliases stand for more than \(YAML.aliasedNodeLimit) nodes (an alias bomb?)"
            throw YAMLError(message: message, position: position)
        }
        return anchor.node
    }

    mutating func scalar(
        _ scalar: YAMLScalar,
        tag: String?,
        at position: SourcePosition
    ) throws(YAMLError) -> JSONNode {
        size += 1
        let resolved = scalar.resolved
        let value: JSONNode.Content?
        switch tag.map(Self.short) {
        case nil: value = scalar.isPlain ? resolved : .string(scalar.text)
        case "!", "str": value = .string(scalar.text)
        case "null":
            if case .null = resolved { value = .null } else { value = nil }
        case "bool":
            if case .bool = resolved { value = resolved } else { value = nil }
        case "int":
            switch resolved {
            case .integer, .unsigned: value = resolved
            default: value = nil
            }
        case "float":
            switch resolved {
            case .integer(let integer): value = .number(Double(integer))
            case .number: value = resolved
            default: value = nil
            }
        case "timestamp": value = .string(scalar.text)
        default: throw YAMLError(message: "tag \(tag ?? "") is not supported", position: position)
        }
        guard let value else {
            let kind = tag.map { "a \(Self.short($0))" } ?? "a JSON value"
            throw YAMLError(message: "\"\(scalar.text)\" cannot be read as \(kind)", position: position)
        }
        return JSONNode(value, position: position)
    }

    func checkTag(_ tag: String?, collection: String, at position: SourcePosition) throws(YAMLError) {
        guard let tag, tag != "!", Self.short(tag) != collection else { return }
        throw YAMLError(message: "tag \(tag) is not supported", position: position)
    }

    private static func short(_ tag: String) -> String {
        let prefix = "tag:yaml.org,2002:"
        return tag.hasPrefix(prefix) ? String(tag.dropFirst(prefix.count)) : tag
    }
}
