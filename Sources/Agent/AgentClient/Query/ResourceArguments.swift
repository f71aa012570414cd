/// What stands behind `get`, `delete` and the like: `pods`, `pods web db`, `po,deploy`, `pod/web job/backup`.
public struct ResourceArguments: Sendable, Hashable {
    /// A type with the names that are asked for; none for all.
    public struct Target: Sendable, Hashable {
        public var type: ResourceType
        public var names: [String]

        public init(type: ResourceType, names: [String] = []) {
            self.type = type
            self.names = names
        }
    }

    /// In the order of the command line; each type once.
    public private(set) var targets: [Target]

    public init(_ words: [String]) throws(QueryError) {
        targets = []
        guard let first = words.first else {
            throw QueryError("type", "which? One of \(ResourceType.allCases.map(\.plural).joined(separator: ", "))")
        }
        if words.contains(where: { $0.contains("/") && Self.isPair($0) }) {
            for word in words { try add(pair: word) }
            return
        }
        var types: [ResourceType] = []
        for word in first.split(separator: ",", omittingEmptySubsequences: false) {
            types += word == "all" ? [.pod, .deployment, .replicaset, .daemonset, .job, .cronjob] : [try Self.type(String(word))]
        }
        let names = Array(words.dropFirst())
        for type in types where !targets.contains(where: { $0.type == type }) {
            targets.append(Target(type: type, names: names))
        }
    }

    /// Reads names of one type, each by itself or as TYPE/NAME: what stands behind `logs`, `exec`, `pod describe`.
    public init(_ words: [String], of type: ResourceType) throws(QueryError) {
        targets = [Target(type: type)]
        for word in words { targets[0].names.append(try Self.name(word, of: type)) }
    }

    /// The name in `web` or `pod/web`.
    public static func name(_ word: String, of type: ResourceType) throws(QueryError) -> String {
        guard type.isManifest, let slash = word.firstIndex(of: "/") else { return word }
        let given = try Self.type(String(word[..<slash]))
        guard given == type else { throw QueryError("type", "\"\(word)\" is no \(type.rawValue)") }
        return String(word[word.index(after: slash)...])
    }

    /// `image` names have slashes of their own.
    private static func isPair(_ word: String) -> Bool { ResourceType(word: String(word.prefix { $0 != "/" })) != nil }

    private mutating func add(pair word: String) throws(QueryError) {
        guard let slash = word.firstIndex(of: "/") else {
            throw QueryError("type", "\"\(word)\": TYPE/NAME does not go together with names alone")
        }
        let type = try Self.type(String(word[..<slash]))
        let name = String(word[word.index(after: slash)...])
        if name.isEmpty { throw QueryError("type", "\"\(word)\": the name is missing") }
        if let index = targets.firstIndex(where: { $0.type == type }) {
            targets[index].names.append(name)
        } else {
            targets.append(Target(type: type, names: [name]))
        }
    }

    private static func type(_ word: String) throws(QueryError) -> ResourceType {
        if let type = ResourceType(word: word) { return type }
        throw QueryError("type", "\"\(word)\" is none of \(ResourceType.allCases.map(\.plural).joined(separator: ", "))")
    }
}
