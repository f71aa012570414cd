import JSONCoding

/// What `swiftlet wait --for` waits for.
public enum WaitCondition: Sendable, Hashable {
    case delete
    case create
    /// A condition of the status and what it has to be: `True` where nothing is said.
    case condition(type: String, status: String)
    /// A path and the value it has to have; nil for any.
    case jsonPath(JSONPath, value: String?)

    public init(_ text: String) throws(QueryError) {
        let subject = "for"
        if text == "delete" { self = .delete } else if text == "create" { self = .create } else if text.hasPrefix("condition=") {
            let parts = text.dropFirst("condition=".count).split(separator: "=", maxSplits: 1)
            guard let type = parts.first else { throw QueryError(subject, "which condition? condition=Ready") }
            self = .condition(type: String(type), status: parts.count > 1 ? String(parts[1]) : "True")
        } else if text.hasPrefix("jsonpath=") {
            let rest = text.dropFirst("jsonpath=".count)
            // What follows the path's brace: `{.status.phase}=Running`.
            guard let brace = rest.lastIndex(of: "}"), rest.first == "{" else {
                throw QueryError(subject, "a path stands in braces: jsonpath='{.status.phase}'=Running")
            }
            let tail = rest[rest.index(after: brace)...]
            guard tail.isEmpty || tail.hasPrefix("=") && tail.count > 1 else {
                throw QueryError(subject, "\"\(tail)\": expected =VALUE or nothing behind the path")
            }
            let path = try JSONPath(path: String(rest[...brace]), subject: "jsonpath")
            self = .jsonPath(path, value: tail.isEmpty ? nil : String(tail.dropFirst()))
        } else {
            throw QueryError(subject, "\"\(text)\" is none of condition=…, jsonpath=…, create, delete")
        }
    }

    /// Whether it holds.
    ///
    /// - Parameter object: nil where there is none.
    public func holds(for object: JSONNode?) -> Bool {
        switch self {
        case .delete: return object == nil
        case .create: return object != nil
        case .condition(let type, let status):
            return object?["status"]?["conditions"]?.arrayValue?.contains { condition in
                condition["type"]?.stringValue?.lowercased() == type.lowercased()
                    && condition["status"]?.stringValue?.lowercased() == status.lowercased()
            } ?? false
        case .jsonPath(let path, let value):
            let found = object.map { path.values(in: $0).map(\.plainText) } ?? []
            return value.map { found.contains($0) } ?? !found.isEmpty
        }
    }
}
