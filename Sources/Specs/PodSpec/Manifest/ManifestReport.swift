import JSONCoding

/// A node of a manifest and the way to it.
struct Located {
    let node: JSONNode
    let path: String

    /// The member of an object, nil if there is none.
    subscript(key: String) -> Located? {
        node[key].map { Located(node: $0, path: JSONPath.join(path, JSONPath.step(key))) }
    }

    /// The elements of an array; none for anything else.
    var elements: [Located] {
        (node.arrayValue ?? []).enumerated().map { Located(node: $1, path: "\(path)[\($0)]") }
    }

    /// The members of an object with their keys; none for anything else.
    var members: [(key: String, value: Located)] {
        (node.members ?? []).map {
            ($0.key, Located(node: $0.value, path: JSONPath.join(path, JSONPath.step($0.key))))
        }
    }

    var string: String? { node.stringValue }
    var bool: Bool? { node.boolValue }
    var integer: Int64? { node.integerValue }
}

/// Collects what is wrong with one document and what is not served in it.
final class ManifestReport {
    /// More problems than a person reads are counted, not kept.
    static let problemLimit = 50

    let file: String
    /// Whom the problems concern, as soon as that is known.
    var object: ObjectName?
    private(set) var problems: [ManifestProblem] = []
    private(set) var warnings: [String] = []
    private var left = 0

    init(file: String) {
        self.file = file
    }

    /// Notes a problem with the value at a node.
    func problem(_ place: Located, _ message: String, suggestion: @autoclosure () -> String? = nil) {
        problem(path: place.path, position: place.node.position, message, suggestion: suggestion())
    }

    /// Notes a problem at any place. The suggestion is looked for only if the problem is kept.
    func problem(
        path: String,
        position: SourcePosition?,
        _ message: String,
        suggestion: @autoclosure () -> String? = nil
    ) {
        guard problems.count < Self.problemLimit else {
            left += 1
            return
        }
        var problem = ManifestProblem(file: file, position: position, path: path, message: message)
        problem.suggestion = suggestion()
        problems.append(problem)
    }

    /// Notes a string that does not keep a rule.
    func check(_ place: Located, _ isValid: (String) -> Bool, _ rule: String) {
        guard let text = place.string, !isValid(text) else { return }
        problem(place, "\"\(text)\" \(rule)")
    }

    /// Notes that a field is not served.
    func warning(_ path: String, _ message: String) {
        warnings.append("\(path): \(message)")
    }

    /// The problems in the order of the text, each naming the object.
    func finish() -> [ManifestProblem] {
        if left > 0 {
            problems.append(ManifestProblem(file: file, message: "and \(left) more problems"))
            left = 0
        }
        let end = SourcePosition(line: .max, column: .max)
        return problems.map { problem in
            var problem = problem
            problem.object = object
            return problem
        }.sorted { ($0.position ?? end) < ($1.position ?? end) }
    }
}
