import PodSpec
import Synchronization

/// The latest snapshot of every pod, and who wants to hear of changes.
public final class PodStore: Sendable {
    private struct State {
        var pods: [PodKey: PodSnapshot] = [:]
        var problems: [ManifestProblem] = []
        var workloads: [WorkloadSnapshot] = []
        var revision: UInt64 = 0
        var isSynced = false
        var listeners: [Listener] = []

        mutating func announce(_ change: PodChange) {
            revision += 1
            listeners.removeAll { $0.feed == nil }
            for listener in listeners { listener.feed?.add(change) }
        }
    }

    /// Held weakly: the stream that a listener reads keeps its feed alive.
    private struct Listener: Sendable {
        weak let feed: PodChangeFeed?
    }

    private let state = Mutex(State())
    private let synced = Latch()

    init() {}

    /// All pods, by namespace and name.
    public var pods: [PodSnapshot] {
        state.withLock { $0.pods }.values.sorted { $0.key < $1.key }
    }

    public subscript(key: PodKey) -> PodSnapshot? {
        state.withLock { $0.pods[key] }
    }

    /// What is wrong with files of the watched folder now.
    public var problems: [ManifestProblem] { state.withLock { $0.problems } }

    /// All workloads, by kind, namespace and name. Their pods are among the pods.
    public var workloads: [WorkloadSnapshot] { state.withLock { $0.workloads } }

    func set(workloads: [WorkloadSnapshot]) { state.withLock { $0.workloads = workloads } }

    /// Whether the folder has been read once and everything that an earlier agent left is in hand.
    public var isSynced: Bool { state.withLock { $0.isSynced } }

    /// Returns when `isSynced`, or when the task is cancelled: before, pods that run may not be known.
    public func waitUntilSynced() async { await synced.wait() }

    func setSynced() {
        state.withLock { $0.isSynced = true }
        synced.open()
    }

    /// Grows with every change.
    public var revision: UInt64 { state.withLock { $0.revision } }

    /// The changes from now on, in batches: whoever is slow gets one change of a pod instead of many, and never more
    /// than there are pods.
    public func changes() -> AsyncStream<[PodChange]> {
        let feed = PodChangeFeed()
        state.withLock { $0.listeners.append(Listener(feed: feed)) }
        return feed.stream()
    }

    func set(_ snapshot: PodSnapshot) {
        state.withLock { state in
            guard state.pods[snapshot.key] != snapshot else { return }
            state.pods[snapshot.key] = snapshot
            state.announce(.changed(snapshot.key))
        }
    }

    func remove(_ key: PodKey) {
        state.withLock { state in
            guard state.pods.removeValue(forKey: key) != nil else { return }
            state.announce(.removed(key))
        }
    }

    func set(problems: [ManifestProblem]) {
        state.withLock { state in
            guard state.problems != problems else { return }
            state.problems = problems
            state.announce(.problems)
        }
    }
}

/// The changes that one listener has not taken yet: at most one a pod.
final class PodChangeFeed: Sendable {
    private struct Pending {
        var order: [PodChange] = []
        var known: Set<PodChange> = []
    }

    private let pending = Mutex(Pending())
    private let signal = Signal()

    func add(_ change: PodChange) {
        pending.withLock { pending in
            // A removal makes earlier changes of the pod meaningless, and the other way round.
            let opposite: PodChange? =
                switch change {
                case .changed(let key): .removed(key)
                case .removed(let key): .changed(key)
                case .problems: nil
                }
            if let opposite, pending.known.remove(opposite) != nil { pending.order.removeAll { $0 == opposite } }
            if pending.known.insert(change).inserted { pending.order.append(change) }
        }
        signal.raise()
    }

    func stream() -> AsyncStream<[PodChange]> {
        AsyncStream {
            while !Task.isCancelled {
                let taken = self.pending.withLock { pending in
                    let order = pending.order
                    pending = Pending()
                    return order
                }
                if !taken.isEmpty { return taken }
                await self.signal.wait()
            }
            return nil
        }
    }
}
