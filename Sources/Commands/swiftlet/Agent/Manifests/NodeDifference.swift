import AgentAPI
import JSONCoding

/// Where two values of one type differ, field by field.
enum NodeDifference {
    static func changes<Value: Encodable>(from old: Value, to new: Value, at path: String) -> [ObjectPlan.Change] {
        // Values that were decoded from JSON can be encoded again.
        guard let old = try? JSON.node(from: old), let new = try? JSON.node(from: new) else { return [] }
        return compare(old, new, path)
    }

    /// Of one member of both.
    static func changes<Value: Encodable>(of member: String, from old: Value, to new: Value) -> [ObjectPlan.Change] {
        guard let old = try? JSON.node(from: old), let new = try? JSON.node(from: new) else { return [] }
        return compare(old[member] ?? .null, new[member] ?? .null, member)
    }

    private static func compare(_ old: JSONNode, _ new: JSONNode, _ path: String) -> [ObjectPlan.Change] {
        if old == new { return [] }
        if let before = old.members, let after = new.members {
            var keys = before.map(\.key)
            keys += after.map(\.key).filter { !keys.contains($0) }
            return keys.flatMap { compare(old[$0] ?? .null, new[$0] ?? .null, "\(path).\($0)") }
        }
        if let before = named(old), let after = named(new) {
            var names = before.map(\.name)
            names += after.map(\.name).filter { !names.contains($0) }
            return names.flatMap { name in
                let (from, to) = (before.first { $0.name == name }?.node, after.first { $0.name == name }?.node)
                return compare(from ?? .null, to ?? .null, "\(path)[\(name)]")
            }
        }
        // Variables and arguments may be secrets.
        let isTold = ![".env[", ".command", ".args"].contains { path.contains($0) }
        return [ObjectPlan.Change(path: path, from: isTold ? word(old) : nil, to: isTold ? word(new) : nil)]
    }

    /// The elements of a list that have names, as containers, volumes and variables do.
    private static func named(_ node: JSONNode) -> [(name: String, node: JSONNode)]? {
        guard let elements = node.arrayValue, !elements.isEmpty else { return nil }
        let named = elements.compactMap { element in element["name"]?.stringValue.map { ($0, element) } }
        return named.count == elements.count ? named : nil
    }

    private static func word(_ node: JSONNode) -> String? {
        switch node.value {
        case .string(let text): text
        case .bool, .integer, .unsigned, .number: String(decoding: JSON.serialize(node), as: UTF8.self)
        case .null, .array, .object: nil
        }
    }
}
