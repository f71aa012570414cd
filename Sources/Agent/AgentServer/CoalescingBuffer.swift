import Synchronization

/// Holds what a slow reader has not taken yet: at most one element a key, so that its size is bounded by the number of
/// keys and not by the reader. One reader.
final class CoalescingBuffer<Key: Hashable & Sendable, Element: Sendable>: Sendable {
    private struct State {
        var order: [Key] = []
        var pending: [Key: Element] = [:]
        /// How many elements were merged into others since the last `next`.
        var merged: Int64 = 0
        var isFinished = false
        var reader: CheckedContinuation<Void, Never>?
    }

    /// What the reader takes at once.
    struct Batch: Sendable {
        var elements: [Element]
        /// How many elements before and among these were merged away.
        var merged: Int64
    }

    private let state = Mutex(State())

    /// Adds an element. `merge` gets the one that waits under the same key and says what is left of the two; nil for
    /// nothing.
    func offer(_ key: Key, _ element: Element, merge: @Sendable (Element, Element) -> Element? = { $1 }) {
        let reader = state.withLock { state -> CheckedContinuation<Void, Never>? in
            guard !state.isFinished else { return nil }
            if let waiting = state.pending[key] {
                state.merged += 1
                state.pending[key] = merge(waiting, element)
                if state.pending[key] == nil { state.order.removeAll { $0 == key } }
            } else {
                state.pending[key] = element
                state.order.append(key)
            }
            return state.reader.take()
        }
        reader?.resume()
    }

    /// No more will come; what waits can still be taken.
    func finish() {
        let reader = state.withLock { state in
            state.isFinished = true
            return state.reader.take()
        }
        reader?.resume()
    }

    /// The elements that wait, oldest first; suspends until there are any. Nil at the end, or when the task is cancelled.
    func next(atMost limit: Int) async -> Batch? {
        while !Task.isCancelled {
            let (batch, isFinished) = state.withLock { state -> (Batch?, Bool) in
                guard !state.order.isEmpty else { return (nil, state.isFinished) }
                let keys = state.order.prefix(limit)
                let elements = keys.compactMap { state.pending.removeValue(forKey: $0) }
                state.order.removeFirst(keys.count)
                defer { state.merged = 0 }
                return (Batch(elements: elements, merged: state.merged), false)
            }
            if let batch { return batch }
            if isFinished { return nil }
            await waitForMore()
        }
        return nil
    }

    private func waitForMore() async {
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let isReady = state.withLock { state in
                    if !state.order.isEmpty || state.isFinished || Task.isCancelled { return true }
                    state.reader = continuation
                    return false
                }
                if isReady { continuation.resume() }
            }
        } onCancel: {
            state.withLock { $0.reader.take() }?.resume()
        }
    }
}
