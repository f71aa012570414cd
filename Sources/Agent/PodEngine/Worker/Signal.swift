import Synchronization

/// A flag that one task waits for: raised any number of times, each wait takes it down.
final class Signal: Sendable {
    private enum State {
        case down
        case raised
        case awaited(CheckedContinuation<Void, Never>)
    }

    private let state = Mutex(State.down)

    /// Wakes the waiter, or lets the next wait return at once.
    func raise() {
        let waiter: CheckedContinuation<Void, Never>? = state.withLock { state in
            if case .awaited(let waiter) = state {
                state = .down
                return waiter
            }
            state = .raised
            return nil
        }
        waiter?.resume()
    }

    /// Returns when the flag is raised, or when the task is cancelled. One waiter at a time.
    func wait() async {
        await withTaskCancellationHandler {
            await withCheckedContinuation { (waiter: CheckedContinuation<Void, Never>) in
                let resumesNow = state.withLock { state in
                    if case .raised = state {
                        state = .down
                        return true
                    }
                    if Task.isCancelled { return true }
                    state = .awaited(waiter)
                    return false
                }
                if resumesNow { waiter.resume() }
            }
        } onCancel: {
            let waiter: CheckedContinuation<Void, Never>? = state.withLock { state in
                guard case .awaited(let waiter) = state else { return nil }
                state = .down
                return waiter
            }
            waiter?.resume()
        }
    }
}
