import JSONCoding

/// `--field-selector`: `status.phase=Running,metadata.namespace!=default`; all terms must hold. Any field that has one value
/// may be named; one that is not there counts as empty.
public struct FieldSelector: Sendable, Hashable {
    private struct Term: Sendable, Hashable {
        var path: [String]
        var value: String
        var isEqual: Bool
    }

    private let terms: [Term]

    public init(_ text: String) throws(QueryError) {
        var scanner = QueryScanner(text, subject: "field-selector")
        var terms: [Term] = []
        repeat {
            let column = scanner.column
            let path = scanner.take { $0 != "=" && $0 != "!" && $0 != "," }.split(separator: ".").map(String.init)
            if path.isEmpty { throw scanner.error("expected a field, like status.phase", at: column) }
            let isEqual: Bool
            if scanner.skip(text: "!=") {
                isEqual = false
            } else if scanner.skip(text: "==") || scanner.skip("=") {
                isEqual = true
            } else {
                throw scanner.expected("\"=\" or \"!=\"")
            }
            terms.append(Term(path: path, value: scanner.take { $0 != "," }, isEqual: isEqual))
        } while scanner.skip(",")
        self.terms = terms
    }

    public func matches(_ object: JSONNode) -> Bool {
        terms.allSatisfy { term in
            let value = term.path.reduce(Optional(object)) { $0?[$1] }
            return (value.map(\.plainText) == term.value || value == nil && term.value.isEmpty) == term.isEqual
        }
    }
}
