import JSONCoding

/// A mapping in the making: refuses keys that are there, and puts in at the end what `<<` brings.
struct YAMLMapping {
    private var own: [JSONNode.Member] = []
    private var positions: [String: SourcePosition] = [:]
    private var merges: [JSONNode] = []
    private var mergePosition: SourcePosition?

    mutating func add(key: String, at position: SourcePosition, value: JSONNode) throws(YAMLError) {
        if let first = positions.updateValue(position, forKey: key) {
            throw Self.duplicate(key, first: first, second: position)
        }
        own.append(JSONNode.Member(key: key, keyPosition: position, value: value))
    }

    /// Takes the value of `<<`: a mapping, or a sequence of them.
    mutating func addMerge(key position: SourcePosition, value: JSONNode) throws(YAMLError) {
        if let first = mergePosition { throw Self.duplicate("<<", first: first, second: position) }
        mergePosition = position
        merges = value.arrayValue ?? [value]
    }

    /// All members: the mapping's own, then those that are merged in; of two with one key the first counts.
    func members() throws(YAMLError) -> [JSONNode.Member] {
        guard let mergePosition else { return own }
        var members = own
        var known = Set(positions.keys)
        for merge in merges {
            guard let merged = merge.members else {
                throw YAMLError(message: "<< wants a mapping or a sequence of mappings", position: mergePosition)
            }
            for member in merged where known.insert(member.key).inserted { members.append(member) }
        }
        return members
    }

    private static func duplicate(_ key: String, first: SourcePosition, second: SourcePosition) -> YAMLError {
        let message = "key \"\(key)\" appears twice (first on line \(first.line), column \(first.column))"
        return YAMLError(message: message, position: second)
    }
}
