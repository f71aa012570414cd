import JSONCoding

/// A table while it is being read: who may add to it depends on how it began.
final class TOMLTable {
    enum Entry {
        case value(JSONNode)
        case table(TOMLTable)
        case tables([TOMLTable])
    }

    /// How a table came to be.
    enum Origin {
        /// As a step on the way to another: it may still be opened by a header.
        case implied
        /// By its own header.
        case header
        /// By a dotted key: only keys beside it add to it.
        case dotted
    }

    var origin: Origin
    private(set) var entries: [(key: String, entry: Entry)] = []
    private var places: [String: Int] = [:]

    init(_ origin: Origin) { self.origin = origin }

    subscript(key: String) -> Entry? {
        get { places[key].map { entries[$0].entry } }
        set {
            guard let newValue else { return }
            if let place = places[key] {
                entries[place].entry = newValue
            } else {
                places[key] = entries.count
                entries.append((key, newValue))
            }
        }
    }

    var node: JSONNode {
        JSONNode(
            .object(
                entries.map { key, entry in
                    switch entry {
                    case .value(let node): JSONNode.Member(key: key, value: node)
                    case .table(let table): JSONNode.Member(key: key, value: table.node)
                    case .tables(let tables): JSONNode.Member(key: key, value: JSONNode(.array(tables.map(\.node))))
                    }
                }
            )
        )
    }
}
