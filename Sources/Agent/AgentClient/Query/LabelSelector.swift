/// `-l`: `app=web,tier!=db,env in (a,b),stage notin (x),owner,!canary`; all terms must hold.
public struct LabelSelector: Sendable, Hashable {
    enum Term: Sendable, Hashable {
        case isIn(String, Set<String>)
        case isNotIn(String, Set<String>)
        case exists(String)
        case isAbsent(String)
    }

    let terms: [Term]

    public init(_ text: String) throws(QueryError) {
        var scanner = QueryScanner(text, subject: "selector")
        var terms: [Term] = []
        repeat {
            scanner.skipSpaces()
            terms.append(try Self.term(&scanner))
            scanner.skipSpaces()
        } while scanner.skip(",")
        guard scanner.isAtEnd else { throw scanner.expected("\",\" or the end") }
        self.terms = terms
    }

    public func matches(_ labels: [String: String]) -> Bool {
        terms.allSatisfy { term in
            switch term {
            case .isIn(let key, let values): labels[key].map(values.contains) ?? false
            // Kubernetes counts a missing label among those that are not in the set.
            case .isNotIn(let key, let values): !(labels[key].map(values.contains) ?? false)
            case .exists(let key): labels[key] != nil
            case .isAbsent(let key): labels[key] == nil
            }
        }
    }

    private static func term(_ scanner: inout QueryScanner) throws(QueryError) -> Term {
        if scanner.skip("!") {
            scanner.skipSpaces()
            return .isAbsent(try key(&scanner))
        }
        let key = try key(&scanner)
        scanner.skipSpaces()
        if scanner.skip(text: "!=") { return .isNotIn(key, [value(&scanner)]) }
        if scanner.skip(text: "==") || scanner.skip("=") { return .isIn(key, [value(&scanner)]) }
        if scanner.skip(word: "in") { return .isIn(key, try values(&scanner)) }
        if scanner.skip(word: "notin") { return .isNotIn(key, try values(&scanner)) }
        return .exists(key)
    }

    private static func key(_ scanner: inout QueryScanner) throws(QueryError) -> String {
        let key = scanner.take(while: isNamePart)
        if key.isEmpty { throw scanner.expected("a label's key") }
        return key
    }

    /// May be empty, as a label may.
    private static func value(_ scanner: inout QueryScanner) -> String {
        scanner.skipSpaces()
        return scanner.take(while: isNamePart)
    }

    private static func values(_ scanner: inout QueryScanner) throws(QueryError) -> Set<String> {
        scanner.skipSpaces()
        guard scanner.skip("(") else { throw scanner.expected("\"(\"") }
        var values: Set<String> = []
        repeat {
            values.insert(value(&scanner))
            scanner.skipSpaces()
        } while scanner.skip(",")
        guard scanner.skip(")") else { throw scanner.expected("\",\" or \")\"") }
        return values
    }

    private static func isNamePart(_ character: Character) -> Bool {
        character.isLetter || character.isNumber || "-_./".contains(character)
    }
}
