import JSONCoding

extension JSONPath {
    /// The template with what its paths find: scalars as they are, lists and objects as JSON, several values with a space
    /// between them.
    public func text(for value: JSONNode) -> String {
        Self.text(of: parts, at: value, root: value)
    }

    /// What the template's paths find, in its order.
    public func values(in value: JSONNode) -> [JSONNode] {
        parts.flatMap { part in
            if case .path(let steps) = part { return Self.values(of: steps, from: [value], root: value) }
            return []
        }
    }

    private static func text(of parts: [Part], at value: JSONNode, root: JSONNode) -> String {
        parts.map { part in
            switch part {
            case .text(let text): return text
            case .path(let steps):
                return values(of: steps, from: [value], root: root).map(\.plainText).joined(separator: " ")
            case .range(let steps, let inner):
                // As kubectl: a range over a path that leads to one list goes over its elements.
                let found = values(of: steps, from: [value], root: root)
                let items = found.count == 1 ? found[0].arrayValue ?? found : found
                return items.map { text(of: inner, at: $0, root: root) }.joined()
            }
        }.joined()
    }

    private static func values(of steps: [Step], from start: [JSONNode], root: JSONNode) -> [JSONNode] {
        var values = start
        for step in steps { values = values.flatMap { apply(step, to: $0, root: root) } }
        return values
    }

    private static func apply(_ step: Step, to value: JSONNode, root: JSONNode) -> [JSONNode] {
        switch step {
        case .root: return [root]
        case .field(let name): return [value[name]].compactMap { $0 }
        case .all: return children(of: value)
        case .descendants: return [value] + children(of: value).flatMap { apply(.descendants, to: $0, root: root) }
        case .index(let index):
            guard let elements = value.arrayValue else { return [] }
            let place = index < 0 ? elements.count + index : index
            return elements.indices.contains(place) ? [elements[place]] : []
        case .slice(let from, let to, let step):
            guard let elements = value.arrayValue else { return [] }
            func bound(_ index: Int) -> Int { min(max(index < 0 ? elements.count + index : index, 0), elements.count) }
            let (first, last) = (bound(from ?? 0), bound(to ?? elements.count))
            return stride(from: first, to: max(first, last), by: step).map { elements[$0] }
        case .union(let members): return members.flatMap { apply($0, to: value, root: root) }
        case .filter(let filter):
            // kubectl filters lists; one object that fits is found as well.
            return (value.arrayValue ?? [value]).filter { filter.holds(for: $0, root: root) }
        }
    }

    private static func children(of value: JSONNode) -> [JSONNode] {
        value.arrayValue ?? value.members?.map(\.value) ?? []
    }
}

extension JSONPath.Filter {
    fileprivate func holds(for value: JSONNode, root: JSONNode) -> Bool {
        switch self {
        case .all(let terms): return terms.allSatisfy { $0.holds(for: value, root: root) }
        case .any(let terms): return terms.contains { $0.holds(for: value, root: root) }
        case .exists(let steps): return !JSONPath.values(of: steps, from: [value], root: root).isEmpty
        case .compare(let left, let comparison, let right):
            let lefts = left.values(at: value, root: root)
            let rights = right.values(at: value, root: root)
            // What is not there fits no comparison but "is different".
            if lefts.isEmpty || rights.isEmpty { return comparison == .different && lefts.isEmpty != rights.isEmpty }
            return lefts.contains { left in rights.contains { comparison.holds(left, $0) } }
        }
    }
}

extension JSONPath.Operand {
    fileprivate func values(at value: JSONNode, root: JSONNode) -> [JSONNode] {
        switch self {
        case .literal(let literal): [literal]
        case .path(let steps): JSONPath.values(of: steps, from: [value], root: root)
        }
    }
}

extension JSONPath.Comparison {
    fileprivate func holds(_ left: JSONNode, _ right: JSONNode) -> Bool {
        if let a = left.numberValue, let b = right.numberValue { return holds(a, b) }
        if let a = left.stringValue, let b = right.stringValue { return holds(a, b) }
        switch self {
        case .equal: return left == right
        case .different: return left != right
        default: return false
        }
    }

    private func holds<Value: Comparable>(_ left: Value, _ right: Value) -> Bool {
        switch self {
        case .equal: left == right
        case .different: left != right
        case .atMost: left <= right
        case .atLeast: left >= right
        case .less: left < right
        case .greater: left > right
        }
    }
}

extension JSONNode {
    /// A scalar as people write it; anything else as compact JSON.
    var plainText: String {
        if let text = stringValue { return text }
        return String(decoding: JSON.serialize(self), as: UTF8.self)
    }
}
