import Synchronization

/// Cancels a call's task, which may not be there yet when that is asked for.
final class CallCanceller: Sendable {
    private struct State {
        var cancel: (@Sendable () -> Void)?
        var isCancelled = false
    }

    private let state = Mutex(State())

    func set(_ cancel: @escaping @Sendable () -> Void) {
        let isCancelled = state.withLock { state in
            state.cancel = cancel
            return state.isCancelled
        }
        if isCancelled { cancel() }
    }

    func cancel() {
        state.withLock { state in
            state.isCancelled = true
            return state.cancel
        }?()
    }
}
