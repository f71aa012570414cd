import Linux
import Synchronization

/// What a worker is told: the latest wish, and the ends of its own steps.
///
/// Wishes are not queued: only the latest counts. Events are as many as there are steps under way.
final class PodMailbox: Sendable {
    /// What is to run under a key.
    enum Wish: Sendable, Hashable {
        case pod(DesiredPod)
        case nothing
    }

    private struct State {
        var wish: Wish
        var events: [PodEvent] = []
        var isClosed = false
    }

    private let state: Mutex<State>
    private let signal = Signal()

    init(_ wish: Wish) {
        state = Mutex(State(wish: wish))
    }

    /// Replaces the wish. False where the worker has ended: it needs a successor.
    func submit(_ wish: Wish) -> Bool {
        let accepted = state.withLock { state in
            if state.isClosed { return false }
            state.wish = wish
            return true
        }
        if accepted { signal.raise() }
        return accepted
    }

    func post(_ event: PodEvent) {
        state.withLock { $0.events.append(event) }
        signal.raise()
    }

    var wish: Wish { state.withLock { $0.wish } }

    func takeEvents() -> [PodEvent] {
        state.withLock { state in
            defer { state.events = [] }
            return state.events
        }
    }

    /// Ends the mailbox if nothing is wished for; false where there is something to do after all.
    func closeIfIdle() -> Bool {
        state.withLock { state in
            guard state.wish == .nothing else { return false }
            state.isClosed = true
            return true
        }
    }

    /// Returns when something was said, when the deadline has come, or when the task is cancelled.
    func wait(until deadline: Monotonic?, by clock: any EngineClock) async {
        guard let deadline else { return await signal.wait() }
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await self.signal.wait() }
            // Only a cancellation ends it early: the signal came first.
            group.addTask { try? await clock.sleep(until: deadline) }
            await group.next()
            group.cancelAll()
        }
    }
}
