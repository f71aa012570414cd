import PodSpec

/// What a watch other than that of pods tells of.
public protocol WatchedItem: APIValue, Hashable {
    /// The name of its events' schema: `WorkloadWatchEvent`.
    static var watchEventName: String { get }

    /// What it is known by as long as it is there: what was removed and made anew has another one.
    var watchIdentity: String { get }
}

/// An event of `workload.watch`, `object.watch`, `image.watch` and `network.watch`.
public struct WatchEvent<Item: WatchedItem>: APIValue, Hashable {
    public typealias Kind = PodWatchEvent.Kind

    public var type: Kind
    /// As it is now; as it was last with DELETED; nil with BOOKMARK.
    public var item: Item?

    public init(type: Kind, item: Item? = nil) {
        self.type = type
        self.item = item
    }

    public static var schema: Schema {
        Schema.named(
            Item.watchEventName,
            .object([
                .required("type", .choice(Kind.allCases.map(\.rawValue)), "BOOKMARK ends what there was at the start."),
                .optional("item", Item.schema, "It as it is now; as it was last with DELETED."),
            ])
        )
    }
}

extension WorkloadDetail: WatchedItem {
    public static var watchEventName: String { "WorkloadWatchEvent" }
    public var watchIdentity: String { "\(object.name) \(object.metadata.uid)" }
}

extension ObjectDetail: WatchedItem {
    public static var watchEventName: String { "ObjectWatchEvent" }
    public var watchIdentity: String { "\(kind.rawValue) \(namespace)/\(name)" }
}

extension ImageSummary: WatchedItem {
    public static var watchEventName: String { "ImageWatchEvent" }
    /// A tag that moves on is another image under the old name.
    public var watchIdentity: String { "\(reference ?? "") \(digest)" }
}

extension NetworkSummary: WatchedItem {
    public static var watchEventName: String { "NetworkWatchEvent" }
    public var watchIdentity: String { name }
}

/// The changes from one state of things to the next.
public struct WatchState<Item: WatchedItem>: Sendable {
    private var known: [String: Item] = [:]

    public init() {}

    /// What has to be told so that a reader knows the new state: what is gone first, then all others in their order.
    public mutating func changes(to items: [Item]) -> [WatchEvent<Item>] {
        let next = Dictionary(items.map { ($0.watchIdentity, $0) }) { _, last in last }
        let gone = known.filter { next[$0.key] == nil }.sorted { $0.key < $1.key }
        var events = gone.map { WatchEvent(type: .deleted, item: $0.value) }
        for item in items {
            guard let old = known[item.watchIdentity] else {
                events.append(WatchEvent(type: .added, item: item))
                continue
            }
            if old != item { events.append(WatchEvent(type: .modified, item: item)) }
        }
        known = next
        return events
    }
}
