import CRISpec
import Synchronization

/// Tells subscribers what happens to containers. A subscriber that is slow loses the oldest of what waits for it.
final class EventHub: Sendable {
    private typealias Continuation = CRI.Stream<CRI.ContainerEventResponse>.Continuation

    private struct State {
        var nextID = 0
        var subscribers: [Int: (continuation: Continuation, number: Int64)] = [:]
        var isOver = false
    }

    private static let bufferSize = 1024
    private let state = Mutex(State())

    func subscribe() -> CRI.Stream<CRI.ContainerEventResponse> {
        let (stream, continuation) = CRI.Stream<CRI.ContainerEventResponse>.makeStream(
            bufferingPolicy: .bufferingNewest(Self.bufferSize)
        )
        let id = state.withLock { state -> Int? in
            guard !state.isOver else { return nil }
            state.nextID += 1
            state.subscribers[state.nextID] = (continuation, 1)
            return state.nextID
        }
        guard let id else {
            continuation.finish()
            return stream
        }
        continuation.onTermination = { [weak self] _ in self?.state.withLock { _ = $0.subscribers.removeValue(forKey: id) } }
        return stream
    }

    func tell(_ event: CRI.ContainerEventResponse) {
        // Each one is told under the lock, so that all hear all events in one order.
        state.withLock { state in
            for (id, subscriber) in state.subscribers {
                state.subscribers[id]?.number += 1
                subscriber.continuation.yield(CRI.Streamed(number: subscriber.number, value: event))
            }
        }
    }

    /// Ends all subscriptions.
    func finish() {
        let subscribers = state.withLock { state in
            state.isOver = true
            defer { state.subscribers = [:] }
            return state.subscribers.values.map(\.continuation)
        }
        for subscriber in subscribers { subscriber.finish() }
    }
}
