import Synchronization

/// Whose UIDs somebody looks after: a pod that lives, or the collector that takes away what one left. Never both, so that a pod
/// which begins anew under its old UID does not lose what it has just made.
package final class PodsInHand: Sendable {
    private struct State {
        var living: Set<String> = []
        /// Opened when nothing of it is left.
        var collected: [String: Latch] = [:]
        /// Everything that has been living since this agent began.
        var known: Set<String> = []
    }

    private let state = Mutex(State())

    package init() {}

    /// Takes a UID in hand for a pod that begins; waits until what was left under it has been taken away.
    package func begin(_ uid: String) async {
        while !Task.isCancelled {
            let latch = state.withLock { state in
                if let latch = state.collected[uid] { return Optional(latch) }
                state.living.insert(uid)
                state.known.insert(uid)
                return nil
            }
            guard let latch else { return }
            await latch.wait()
        }
    }

    /// Takes the UIDs of earlier agents' pods in hand, before anybody collects.
    package func adopt(_ uids: some Sequence<String>) {
        state.withLock { state in
            state.living.formUnion(uids)
            state.known.formUnion(uids)
        }
    }

    /// Nothing of the pod is left.
    package func end(_ uid: String) {
        state.withLock { _ = $0.living.remove(uid) }
    }

    /// Whether a pod of this UID has been living since this agent began: what is found of it is ours.
    package func hasKnown(_ uid: String) -> Bool { state.withLock { $0.known.contains(uid) } }

    /// Whether no pod of this UID lives now.
    package func isFree(_ uid: String) -> Bool { state.withLock { !$0.living.contains(uid) && $0.collected[uid] == nil } }

    /// Takes away what is left under a UID while nobody may begin under it. Answers what failed; nil where a pod of it lives.
    package func collecting(_ uid: String, _ work: () async -> [String]) async -> [String]? {
        let latch: Latch? = state.withLock { state in
            if state.living.contains(uid) || state.collected[uid] != nil { return nil }
            let latch = Latch()
            state.collected[uid] = latch
            return latch
        }
        guard let latch else { return nil }
        let failures = await work()
        state.withLock { state in
            state.collected[uid] = nil
            if failures.isEmpty { state.known.remove(uid) }
        }
        latch.open()
        return failures
    }
}
