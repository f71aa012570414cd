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
        /// Set while the machine is going down.
        var haltLimit: Duration?
        /// Who waits until nothing runs any more.
        var awaitsHalt: [@Sendable () -> Void] = []
        /// Who wants to know when the worker's loop has come round.
        var probes: [@Sendable () -> Void] = []
        /// The worker is at something of which its loop knows nothing.
        var isAway = false
    }

    private let state: Mutex<State>
    private let signal = Signal()

    init(_ wish: Wish, haltLimit: Duration? = nil) {
        state = Mutex(State(wish: wish, haltLimit: haltLimit))
    }

    /// Replaces the wish. False where the worker has ended: it needs a successor. The wish that it has already does not wake it: with
    /// every change of one manifest all pods are told what is wished for.
    func submit(_ wish: Wish) -> Bool {
        let (isAccepted, isNew) = state.withLock { state in
            if state.isClosed { return (false, false) }
            let isNew = state.wish != wish
            state.wish = wish
            return (true, isNew)
        }
        if isNew { signal.raise() }
        return isAccepted
    }

    func post(_ event: PodEvent) {
        state.withLock { $0.events.append(event) }
        signal.raise()
    }

    /// Has the worker look at what it knows anew.
    func nudge() { signal.raise() }

    /// Has the pod's containers ended. `onHalted` is called once, when they have, or the worker.
    func halt(within limit: Duration, onHalted: @escaping @Sendable () -> Void) {
        let isClosed = state.withLock { state in
            if state.isClosed { return true }
            state.haltLimit = limit
            state.awaitsHalt.append(onHalted)
            return false
        }
        if isClosed { onHalted() } else { signal.raise() }
    }

    func resume() {
        state.withLock { $0.haltLimit = nil }
        tellHalted()
        signal.raise()
    }

    var haltLimit: Duration? { state.withLock { $0.haltLimit } }

    /// Tells those who wait that nothing runs.
    func tellHalted() {
        let waiting = state.withLock { state in
            defer { state.awaitsHalt = [] }
            return state.awaitsHalt
        }
        for told in waiting { told() }
    }

    /// Has the worker's loop come round; `onPassed` is called once, when it has. A worker that has ended, or is away, is not
    /// waited for.
    func probe(onPassed: @escaping @Sendable () -> Void) {
        let isLooping = state.withLock { state in
            if state.isClosed || state.isAway { return false }
            state.probes.append(onPassed)
            return true
        }
        if isLooping { signal.raise() } else { onPassed() }
    }

    /// Tells those who probe: the loop is here.
    func pass() {
        let probes = state.withLock { state in
            defer { state.probes = [] }
            return state.probes
        }
        for passed in probes { passed() }
    }

    /// Does something that may take long, and for which the loop is not to be blamed.
    func away<Result>(_ work: () async -> Result) async -> Result {
        state.withLock { $0.isAway = true }
        pass()
        let result = await work()
        state.withLock { $0.isAway = false }
        return result
    }

    /// Ends the mailbox, whatever is wished for: the worker's task has been cancelled.
    func close() {
        state.withLock { $0.isClosed = true }
        tellHalted()
        pass()
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
