import JSONCoding

/// `--sort-by`: a path, whose values say the order. Numbers by size, everything else as text; what has no value comes first.
public struct SortKey: Sendable, Hashable {
    private let path: JSONPath

    public init(_ text: String) throws(QueryError) {
        path = try JSONPath(path: text, subject: "sort-by")
    }

    /// The items in order; equal ones stay as they were.
    public func sorted<Item>(_ items: [Item], by node: (Item) -> JSONNode) -> [Item] {
        let keyed = items.enumerated().map { (offset: $0.offset, item: $0.element, key: path.values(in: node($0.element)).first) }
        return keyed.sorted { a, b in
            switch Self.order(a.key, b.key) {
            case let order where order != 0: order < 0
            default: a.offset < b.offset
            }
        }.map(\.item)
    }

    private static func order(_ a: JSONNode?, _ b: JSONNode?) -> Int {
        guard let a, let b else { return (a == nil ? 0 : 1) - (b == nil ? 0 : 1) }
        if let a = a.numberValue, let b = b.numberValue { return a < b ? -1 : a > b ? 1 : 0 }
        let (left, right) = (a.plainText, b.plainText)
        return left < right ? -1 : left > right ? 1 : 0
    }
}
