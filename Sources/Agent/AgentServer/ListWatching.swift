import AgentAPI

/// A watch of things of which there is a list and a sign that it may have changed: it tells the differences between one list and
/// the next. Nothing waits for a slow reader: it is told the difference between what it has seen and what is.
struct ListWatching<Item: WatchedItem>: Sendable {
    /// An element for every time that it is worth looking again; the stream ends when the agent stops.
    let signs: @Sendable () -> AsyncStream<Void>
    let list: @Sendable () async throws(Fault) -> [Item]

    /// Events that go in one notification.
    private static var batch: Int { 64 }

    func start<Request>(
        _ call: MethodRouter.Call<Request>
    ) async throws(Fault) -> (SubscriptionStarted, (@Sendable () async -> Void)?) {
        guard let send = call.connection.notify else { throw .noNotifications }
        // Before the list is read: nothing falls between the two.
        let signs = signs()
        let first = try await list()
        let (subscription, connection, list) = (call.connection.makeSubscription(), call.connection, list)
        let followUp: @Sendable () async -> Void = {
            await subscription.run(send: send) { subscription, send in
                var state = WatchState<Item>()
                let events = state.changes(to: first) + [WatchEvent(type: .bookmark)]
                try await Self.tell(events, subscription, send)
                for await _ in signs {
                    try await Self.tell(state.changes(to: try await list()), subscription, send)
                }
            }
            connection.remove(subscription)
        }
        return (SubscriptionStarted(subscription: subscription.id), followUp)
    }

    private static func tell(
        _ events: [WatchEvent<Item>],
        _ subscription: Subscription,
        _ send: Subscription.Send
    ) async throws {
        var rest = events[...]
        while !rest.isEmpty {
            try await subscription.send(Array(rest.prefix(batch)), through: send)
            rest = rest.dropFirst(batch)
        }
    }
}
