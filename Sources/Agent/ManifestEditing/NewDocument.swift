import JSONCoding
import PodSpec
import YAMLCoding

/// An object as a manifest that is applied has it.
public struct NewDocument: Sendable {
    public let name: ObjectName
    let node: JSONNode
    /// YAML, without markers: what the manifest itself says wherever it can stand by itself.
    let text: [UInt8]

    /// The objects of a manifest whose decoding has found nothing wrong.
    ///
    /// - Parameter namespace: of the objects that name none.
    public static func documents(in manifest: [UInt8], file: String, namespace: String?) -> [NewDocument] {
        let source = ManifestText(manifest, name: file)
        return source.sections.flatMap { section -> [NewDocument] in
            guard let node = section.node else { return [] }
            return objects(in: node).map { object in
                let isAlone = section.obstacle == nil && !source.isJSON
                return document(object, isAlone ? Array(manifest[section.body]) : nil, namespace)
            }
        }
    }

    private static func document(_ node: JSONNode, _ text: [UInt8]?, _ namespace: String?) -> NewDocument {
        var (node, text) = (node, text)
        if let namespace, node["metadata"]?["namespace"] == nil {
            let named = node.withNamespace(namespace)
            text = text.flatMap { inserting(namespace, into: $0, of: node, expecting: named) }
            node = named
        }
        return NewDocument(name: name(node), node: node, text: text ?? YAML.serialize(node))
    }

    /// The text with a line for the namespace before the first line of the metadata; nil where that is not what it says then.
    private static func inserting(
        _ namespace: String,
        into text: [UInt8],
        of node: JSONNode,
        expecting expected: JSONNode
    ) -> [UInt8]? {
        guard let place = node["metadata"]?.members?.first?.keyPosition else { return nil }
        var lines = text.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
        guard lines.indices.contains(place.line - 1), place.column > 1 else { return nil }
        let indentation = lines[place.line - 1].prefix(place.column - 1)
        guard indentation.allSatisfy({ $0 == UInt8(ascii: " ") }) else { return nil }
        lines.insert(indentation + Array("namespace: \(namespace)".utf8), at: place.line - 1)
        let result = Array(lines.joined(separator: [UInt8(ascii: "\n")]))
        let stream = YAML.parse(result)
        guard stream.errors.isEmpty, stream.documents.count == 1,
            stream.documents[0].canonical == expected.canonical
        else { return nil }
        return result
    }

    // MARK: What a node says it is

    static func isList(_ node: JSONNode) -> Bool {
        guard let kind = node["kind"]?.stringValue else { return false }
        return kind.hasSuffix("List") && node["items"]?.arrayValue != nil
    }

    /// The object, or those of a list.
    static func objects(in node: JSONNode) -> [JSONNode] {
        if let elements = node.arrayValue { return elements.flatMap(objects) }
        guard isList(node), let items = node["items"]?.arrayValue else { return [node] }
        let listKind = node["kind"]?.stringValue ?? ""
        guard listKind != "List" else { return items }
        // The items of a typed list may leave their type out.
        return items.map { $0.completed("kind", String(listKind.dropLast(4))).completed("apiVersion", node["apiVersion"]?.stringValue ?? "v1") }
    }

    static func name(_ node: JSONNode) -> ObjectName {
        let namespace = node["metadata"]?["namespace"]?.stringValue ?? ""
        return ObjectName(
            ObjectKind(rawValue: node["kind"]?.stringValue ?? ""),
            namespace: namespace.isEmpty ? "default" : namespace,
            name: node["metadata"]?["name"]?.stringValue ?? ""
        )
    }
}

extension JSONNode {
    fileprivate func completed(_ key: String, _ value: String) -> JSONNode {
        guard case .object(let members) = self.value, self[key] == nil else { return self }
        return JSONNode(.object([Member(key: key, value: JSONNode(value))] + members), position: position)
    }

    fileprivate func withNamespace(_ namespace: String) -> JSONNode {
        guard case .object(let members) = value else { return self }
        return JSONNode(
            .object(
                members.map { member in
                    guard member.key == "metadata", case .object(let metadata) = member.value.value else { return member }
                    let name = Member(key: "namespace", value: JSONNode(namespace))
                    return Member(key: member.key, value: JSONNode(.object([name] + metadata)))
                }
            )
        )
    }

    /// The same whatever the order of members; a member that is null is as none.
    var canonical: JSONNode {
        switch value {
        case .object(let members):
            let named = members.filter { !$0.value.isNull }.map { Member(key: $0.key, value: $0.value.canonical) }
            return JSONNode(.object(named.sorted { $0.key < $1.key }))
        case .array(let elements): return JSONNode(.array(elements.map(\.canonical)))
        default: return JSONNode(value)
        }
    }
}

extension NewDocument {
    /// The document as a file of its own.
    public var manifest: [UInt8] { text }
}
