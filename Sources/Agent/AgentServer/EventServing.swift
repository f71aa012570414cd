import AgentAPI
import AgentEvents

/// `event.list` and `event.watch`. A subscription is a place in the ring: a reader that lags makes nothing grow, it is told
/// that it has missed events.
struct EventServing: Sendable {
    let events: EventRing

    /// Events that go in one notification.
    private static let batch = 64

    func list(_ request: EventRequest) -> EventList {
        let batch = events.read(after: request.since ?? .min, where: request.wants)
        return EventList(items: batch.events, latest: batch.cursor, dropped: request.since != nil && batch.hasMissed)
    }

    func watch(
        _ call: MethodRouter.Call<EventRequest>
    ) throws(Fault) -> (SubscriptionStarted, (@Sendable () async -> Void)?) {
        guard let send = call.connection.notify else { throw .noNotifications }
        let request = call.parameters
        let events = events
        // Taken before the answer goes out: what happens from now on is told.
        let start = request.since ?? events.latest
        let (subscription, connection) = (call.connection.makeSubscription(), call.connection)
        let followUp: @Sendable () async -> Void = {
            await subscription.run(send: send) { subscription, send in
                try await Self.pump(events, request, from: start, subscription, send)
            }
            connection.remove(subscription)
        }
        return (SubscriptionStarted(subscription: subscription.id), followUp)
    }

    /// Ends when the task is cancelled, or the connection takes no more.
    private static func pump(
        _ events: EventRing,
        _ request: EventRequest,
        from start: Int64,
        _ subscription: Subscription,
        _ send: Subscription.Send
    ) async throws {
        var cursor = start
        var isCaughtUp = false
        while !Task.isCancelled {
            let batch = events.read(after: cursor, limit: Self.batch, where: request.wants)
            var notices = batch.events.map { EventNotice(kind: .event, seq: $0.seq, event: $0) }
            if batch.hasMissed { notices.insert(EventNotice(kind: .dropped, seq: batch.oldest), at: 0) }
            if !isCaughtUp, batch.events.count < Self.batch {
                notices.append(EventNotice(kind: .bookmark, seq: batch.cursor))
                isCaughtUp = true
            }
            cursor = batch.cursor
            if !notices.isEmpty { try await subscription.send(notices, through: send) }
            // With a full batch there may be more already: the wait returns at once.
            await events.wait(after: cursor)
        }
    }
}
