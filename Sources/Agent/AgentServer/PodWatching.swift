import AgentAPI
import PodSpec

/// `pod.watch`: from the backend's stream to a subscription. A slow reader gets the latest state of each pod.
struct PodWatching: Sendable {
    let backend: any NodeBackend

    typealias Call = MethodRouter.Call<PodWatchRequest>

    func start(_ call: Call) async throws(Fault) -> (SubscriptionStarted, (@Sendable () async -> Void)?) {
        guard let send = call.connection.notify else { throw .noNotifications }
        let stream = try await backend.watchPods(call.parameters)
        let subscription = call.connection.makeSubscription()
        let connection = call.connection
        let followUp: @Sendable () async -> Void = {
            await subscription.run(send: send) { subscription, send in
                await withTaskGroup(of: Void.self) { group in
                    let buffer = CoalescingBuffer<String, PodWatchEvent>()
                    group.addTask {
                        for await event in stream { buffer.offer(Self.key(of: event), event, merge: Self.merge) }
                        buffer.finish()
                    }
                    await Self.pump(buffer, subscription, send)
                    group.cancelAll()
                }
            }
            connection.remove(subscription)
        }
        return (SubscriptionStarted(subscription: subscription.id), followUp)
    }

    /// Ends when the stream does, or when the connection takes no more.
    private static func pump(
        _ buffer: CoalescingBuffer<String, PodWatchEvent>,
        _ subscription: Subscription,
        _ send: Subscription.Send
    ) async {
        while let batch = await buffer.next(atMost: 32) {
            do {
                try await subscription.send(batch.elements, dropped: batch.merged, through: send)
            } catch {
                return
            }
        }
    }

    /// A pod that was deleted and made anew has another uid, so that the two are not merged.
    static func key(of event: PodWatchEvent) -> String {
        guard let pod = event.pod else { return "" }
        return pod.metadata.uid
    }

    /// What is left of two events of one pod of which the reader has seen neither.
    static func merge(_ earlier: PodWatchEvent, _ later: PodWatchEvent) -> PodWatchEvent? {
        switch (earlier.type, later.type) {
        case (.added, .modified): PodWatchEvent(type: .added, pod: later.pod)
        case (.added, .deleted): nil
        default: later
        }
    }
}

extension Fault {
    /// The carrier cannot bring notifications.
    static let noNotifications = Fault(
        .unsupported,
        "a subscription needs a connection that stays: newline-delimited JSON on the socket",
        reason: "NoNotifications"
    )
}
