import Synchronization

/// A gate that opens once and stays open; any number of tasks wait for it.
package final class Latch: Sendable {
    private struct State {
        var isOpen = false
        var next: UInt64 = 0
        var waiting: [UInt64: CheckedContinuation<Void, Never>] = [:]
    }

    private let state = Mutex(State())

    package init() {}

    package func open() {
        let waiting = state.withLock { state in
            state.isOpen = true
            defer { state.waiting = [:] }
            return state.waiting
        }
        for waiter in waiting.values { waiter.resume() }
    }

    /// Returns when the gate is open, or when the task is cancelled.
    package func wait() async {
        let number = state.withLock { state in
            state.next += 1
            return state.next
        }
        await withTaskCancellationHandler {
            await withCheckedContinuation { (waiter: CheckedContinuation<Void, Never>) in
                let resumesNow = state.withLock { state in
                    if state.isOpen || Task.isCancelled { return true }
                    state.waiting[number] = waiter
                    return false
                }
                if resumesNow { waiter.resume() }
            }
        } onCancel: {
            state.withLock { $0.waiting.removeValue(forKey: number) }?.resume()
        }
    }

    /// Runs an operation that is cancelled when the gate opens.
    func cancelling<Result: Sendable>(_ operation: @escaping @Sendable () async -> Result) async -> Result {
        await withTaskGroup(of: Result?.self) { group in
            group.addTask { await operation() }
            group.addTask {
                await self.wait()
                return nil
            }
            // Whichever comes first, the other one is told to end; the operation's answer is always waited for.
            var answer: Result?
            while let next = await group.next() {
                group.cancelAll()
                if let next { answer = next }
            }
            guard let answer else { preconditionFailure("the operation is one of the two tasks") }
            return answer
        }
    }
}
