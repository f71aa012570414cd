import Synchronization

/// Work that several may ask for at the same time and that is done once.
///
/// Everybody who asks for a key gets the events of the work (who joins late, the last one of each `id` at once) and its
/// result. When all who asked have been cancelled, the work is.
final class SharedWork<Key: Hashable & Sendable, Event: Identifiable & Sendable, Value: Sendable>: Sendable
where Event.ID: Sendable {
    private struct Running {
        var task: Task<Value, any Error>
        var waiters: [Int: @Sendable (Event) -> Void] = [:]
        var last: [Event.ID: Event] = [:]
        var generation: Int
    }

    private struct State {
        var running: [Key: Running] = [:]
        var next = 0
    }

    private let state = Mutex(State())
    init() {}

    /// Starts the work for `key`, or joins it.
    func run(
        _ key: Key,
        events: @escaping @Sendable (Event) -> Void,
        _ work: @escaping @Sendable (_ emit: @escaping @Sendable (Event) -> Void) async throws -> Value
    ) async throws -> Value {
        let (task, waiter, missed) = state.withLock { state in
            state.next += 1
            let waiter = state.next
            if state.running[key] == nil {
                let generation = waiter
                // Not a child of who asks first: it goes on for the others when that one is cancelled.
                let task = Task {
                    defer { self.end(key, generation) }
                    return try await work { self.emit($0, key, generation) }
                }
                state.running[key] = Running(task: task, generation: generation)
            }
            state.running[key]?.waiters[waiter] = events
            let missed = state.running[key].map { Array($0.last.values) } ?? []
            guard let running = state.running[key] else { preconditionFailure("it was just put there") }
            return (running.task, waiter, missed)
        }
        missed.forEach(events)
        return try await withTaskCancellationHandler {
            defer { leave(key, waiter) }
            let result = await task.result
            try Task.checkCancellation()
            return try result.get()
        } onCancel: {
            leave(key, waiter)
        }
    }

    private func emit(_ event: Event, _ key: Key, _ generation: Int) {
        let waiters = state.withLock { state -> [@Sendable (Event) -> Void] in
            guard state.running[key]?.generation == generation else { return [] }
            state.running[key]?.last[event.id] = event
            return state.running[key].map { Array($0.waiters.values) } ?? []
        }
        for waiter in waiters { waiter(event) }
    }

    private func end(_ key: Key, _ generation: Int) {
        state.withLock { state in
            if state.running[key]?.generation == generation { state.running[key] = nil }
        }
    }

    private func leave(_ key: Key, _ waiter: Int) {
        let abandoned = state.withLock { state -> Task<Value, any Error>? in
            guard state.running[key]?.waiters.removeValue(forKey: waiter) != nil,
                state.running[key]?.waiters.isEmpty ?? false
            else { return nil }
            // Who asks from now on begins anew instead of joining what is being cancelled.
            return state.running.removeValue(forKey: key)?.task
        }
        abandoned?.cancel()
    }
}
