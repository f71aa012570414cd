import AgentAPI
import Linux
import Synchronization

/// The latest events of the node, numbered.
public final class EventRing: Sendable {
    /// What a reader gets at once.
    public struct Batch: Sendable {
        /// In their order.
        public var events: [NodeEvent]
        /// From where to go on: the number of the last event looked at, which need not be among them.
        public var cursor: Int64
        /// Whether there may have been events between the reader's place and these that are not kept any more.
        public var hasMissed: Bool
        /// The oldest event that is kept.
        public var oldest: Int64
    }

    private struct State {
        /// `events[0]` has the number `first`.
        var events: [NodeEvent] = []
        var head = 0
        var next: Int64
        var waiting: [UInt64: CheckedContinuation<Void, Never>] = [:]
        var nextReader: UInt64 = 0

        var first: Int64 { next - Int64(events.count) }

        /// In their order, from a number on.
        func events(from number: Int64) -> [NodeEvent] {
            // Numbers come from clients: any one must do.
            let skipped = Int(min(max(number, first), next) - first)
            return (skipped..<events.count).map { events[(head + $0) % events.count] }
        }
    }

    private let capacity: Int
    private let state: Mutex<State>

    /// - Parameter start: the number of the first event; of the wall clock, so that a later agent's are greater.
    public init(capacity: Int = 4096, start: Int64 = Timestamp.now.nanosecondsSinceEpoch / 1000) {
        precondition(capacity > 0)
        self.capacity = capacity
        state = Mutex(State(next: start))
    }

    /// Gives the event its number and wakes whoever waits.
    public func post(_ event: NodeEvent) {
        let waiting = state.withLock { state in
            var event = event
            event.seq = state.next
            state.next += 1
            if state.events.count < capacity {
                state.events.append(event)
            } else {
                state.events[state.head] = event
                state.head = (state.head + 1) % capacity
            }
            defer { state.waiting = [:] }
            return Array(state.waiting.values)
        }
        for reader in waiting { reader.resume() }
    }

    /// The number of the latest event.
    public var latest: Int64 { state.withLock { $0.next - 1 } }

    /// The events after a number, as far as they are kept. Does not wait.
    ///
    /// - Parameters:
    ///   - limit: how many events at the most, the oldest first.
    ///   - isWanted: called for each event that is kept.
    public func read(
        after number: Int64,
        limit: Int = .max,
        where isWanted: (NodeEvent) -> Bool = { _ in true }
    ) -> Batch {
        let (kept, first, last) = state.withLock { state in
            // A number from the future, of a clock that was set back, is as good as the latest.
            (state.events(from: min(number, state.next - 1) + 1), state.first, state.next - 1)
        }
        var batch = Batch(events: [], cursor: last, hasMissed: number < first - 1, oldest: first)
        for event in kept where isWanted(event) {
            if batch.events.count == limit {
                batch.cursor = batch.events.last?.seq ?? number
                return batch
            }
            batch.events.append(event)
        }
        return batch
    }

    /// Returns when there are events after a number, or the task is cancelled.
    public func wait(after number: Int64) async {
        let reader = state.withLock { state in
            defer { state.nextReader += 1 }
            return state.nextReader
        }
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let isReady = state.withLock { state in
                    if state.next - 1 > number || Task.isCancelled { return true }
                    state.waiting[reader] = continuation
                    return false
                }
                if isReady { continuation.resume() }
            }
        } onCancel: {
            state.withLock { $0.waiting.removeValue(forKey: reader) }?.resume()
        }
    }
}
