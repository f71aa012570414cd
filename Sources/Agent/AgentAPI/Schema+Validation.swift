import JSONCoding
import JSONRPC

extension Schema {
    /// One thing that is wrong with a value, and where: `command[0]`.
    public struct Violation: Sendable, Hashable {
        public var path: String
        public var message: String
    }

    /// Everything that is wrong with a value; empty where it fits.
    public func violations(in node: JSONNode, path: String = "") -> [Violation] {
        func wrong(_ expected: String) -> [Violation] { [Violation(path: path, message: "expected \(expected)")] }
        switch self {
        case .string, .formatted:
            return node.stringValue == nil ? wrong("a string") : []
        case .choice(let allowed):
            guard let text = node.stringValue, allowed.contains(text) else {
                return wrong("one of \(allowed.joined(separator: ", "))")
            }
            return []
        case .integer(let minimum, let maximum):
            guard case .integer(let number) = node.value else { return wrong("a whole number") }
            if let minimum, number < minimum { return wrong("a number from \(minimum)") }
            if let maximum, number > maximum { return wrong("a number up to \(maximum)") }
            return []
        case .number:
            switch node.value {
            case .integer, .unsigned, .number: return []
            default: return wrong("a number")
            }
        case .boolean:
            guard case .bool = node.value else { return wrong("true or false") }
            return []
        case .requestID:
            return RequestID(node) == nil ? wrong("a string or a whole number") : []
        case .array(let element, let minimumCount):
            guard case .array(let items) = node.value else { return wrong("an array") }
            if items.count < minimumCount { return wrong("at least \(minimumCount) item") }
            return items.enumerated().flatMap { element.violations(in: $1, path: "\(path)[\($0)]") }
        case .map(let element):
            guard case .object(let members) = node.value else { return wrong("an object") }
            return members.flatMap {
                element.violations(in: $0.value, path: JSONPath.join(path, JSONPath.step($0.key)))
            }
        case .object(let properties):
            guard case .object(let members) = node.value else { return wrong("an object") }
            return objectViolations(members, properties, path)
        case .foreign:
            guard case .object = node.value else { return wrong("an object") }
            return []
        case .wideInteger:
            if node.integerValue != nil || node.stringValue.flatMap({ Int64($0) }) != nil { return [] }
            return wrong("a whole number of 64 bits")
        case .wideNumber:
            return node.numberValue == nil && node.stringValue == nil ? wrong("a number") : []
        case .message(let message):
            return message.violations(in: node, path: path)
        case .named(_, let schema):
            return schema.violations(in: node, path: path)
        }
    }

    private func objectViolations(
        _ members: [JSONNode.Member],
        _ properties: [Property],
        _ path: String
    ) -> [Violation] {
        var found: [Violation] = []
        for member in members {
            let place = JSONPath.join(path, JSONPath.step(member.key))
            guard let property = properties.first(where: { $0.name == member.key }) else {
                let nearest = Schema.nearest(to: member.key, in: properties.map(\.name))
                let suggestion = nearest.map { " (did you mean \"\($0)\"?)" } ?? ""
                found.append(Violation(path: place, message: "unknown parameter\(suggestion)"))
                continue
            }
            found += property.schema.violations(in: member.value, path: place)
        }
        for property in properties where property.isRequired {
            if !members.contains(where: { $0.key == property.name }) {
                found.append(Violation(path: JSONPath.join(path, property.name), message: "is required"))
            }
        }
        return found
    }

    /// The known name that a misspelt one most likely means: within two edits, and less than half of it.
    static func nearest(to name: String, in known: [String]) -> String? {
        guard name.utf8.count <= 64 else { return nil }
        let ranked = known.map { (name: $0, distance: editDistance(Array(name.utf8), Array($0.utf8))) }
        guard let best = ranked.min(by: { $0.distance < $1.distance }) else { return nil }
        return best.distance <= 2 && best.distance * 2 < max(name.utf8.count, 3) ? best.name : nil
    }

    /// Levenshtein's distance.
    private static func editDistance(_ left: [UInt8], _ right: [UInt8]) -> Int {
        var row = Array(0...right.count)
        for (i, a) in left.enumerated() {
            var diagonal = row[0]
            row[0] = i + 1
            for (j, b) in right.enumerated() {
                let above = row[j + 1]
                row[j + 1] = min(above + 1, row[j] + 1, diagonal + (a == b ? 0 : 1))
                diagonal = above
            }
        }
        return row[right.count]
    }
}
