import AgentAPI
import Linux

/// A change of one thing of whatever type.
public struct ResourceEvent: Sendable {
    public var type: PodWatchEvent.Kind
    /// Nil with BOOKMARK.
    public var item: ResourceItem?
}

/// The changes of things of one type, from the watch that the agent has for it.
public struct ResourceEvents {
    public let type: ResourceType
    /// Nil for all.
    public let namespace: String?
    /// Nil for all.
    public let name: String?

    public init(of type: ResourceType, namespace: String?, name: String?) {
        self.type = type
        self.namespace = namespace
        self.name = name
    }

    /// Returns when `handle` answers false; throws where the agent or the time is at an end.
    public func read(
        _ connection: AgentConnection,
        until deadline: Monotonic? = nil,
        _ handle: ([ResourceEvent]) throws(Fault) -> Bool
    ) throws(Fault) {
        if let kind = type.workload {
            let request = WorkloadListRequest(kind: kind, namespace: namespace, name: name)
            return try items(connection, AgentMethods.workloadWatch, request, deadline, handle) { .workload(($0 as WorkloadDetail).object) }
        }
        if let kind = type.data {
            let request = ObjectListRequest(kind: kind, namespace: namespace, name: name)
            return try items(connection, AgentMethods.objectWatch, request, deadline, handle) { .data($0) }
        }
        switch type {
        case .image: try items(connection, AgentMethods.imageWatch, NoParameters(), deadline, handle) { .image($0) }
        case .network: try items(connection, AgentMethods.networkWatch, NoParameters(), deadline, handle) { .network($0) }
        default:
            let request = PodWatchRequest(namespace: namespace, name: name)
            try read(connection, AgentMethods.podWatch, request, deadline, handle) { (event: PodWatchEvent) throws(Fault) in
                ResourceEvent(type: event.type, item: try event.pod.map { (pod) throws(Fault) in try ResourceItem(.pod(pod)) })
            }
        }
    }

    private func items<Request, Item: WatchedItem>(
        _ connection: AgentConnection,
        _ method: Method<Request, SubscriptionStarted>,
        _ request: Request,
        _ deadline: Monotonic?,
        _ handle: ([ResourceEvent]) throws(Fault) -> Bool,
        _ payload: (Item) -> ResourceItem.Payload
    ) throws(Fault) {
        try read(connection, method, request, deadline, handle) { (event: WatchEvent<Item>) throws(Fault) in
            ResourceEvent(
                type: event.type,
                item: try event.item.map { (item) throws(Fault) in try ResourceItem(payload(item)) }
            )
        }
    }

    private func read<Request, Event: APIValue>(
        _ connection: AgentConnection,
        _ method: Method<Request, SubscriptionStarted>,
        _ request: Request,
        _ deadline: Monotonic?,
        _ handle: ([ResourceEvent]) throws(Fault) -> Bool,
        _ translate: (Event) throws(Fault) -> ResourceEvent
    ) throws(Fault) {
        var failure: Fault?
        try connection.subscribe(method, request, of: Event.self, until: deadline) { batch in
            do throws(Fault) {
                var events: [ResourceEvent] = []
                for event in batch.events {
                    let event = try translate(event)
                    // Images and networks are all told: the agent knows no names here.
                    if let name, let item = event.item, item.name != name, !isNamed(item, name) { continue }
                    events.append(event)
                }
                if events.isEmpty { return true }
                return try handle(events)
            } catch {
                failure = error
                return false
            }
        }
        if let failure { throw failure }
    }

    /// Images have more names than one: the digest, and the reference without what it is short of.
    private func isNamed(_ item: ResourceItem, _ name: String) -> Bool {
        guard case .image(let image) = item.payload else { return false }
        if image.digest == name || image.id == name { return true }
        guard let reference = image.reference else { return false }
        let tagged = name.split(separator: "/").last?.contains(":") == true ? name : "\(name):latest"
        return ["docker.io/", "docker.io/library/"].contains { reference == $0 + tagged } || reference == tagged
    }
}
