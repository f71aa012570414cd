import PodSpec
import Synchronization

/// The latest snapshot of every pod, and who wants to hear of changes.
public final class PodStore: Sendable {
    private struct State {
        var pods: [PodKey: PodSnapshot] = [:]
        /// The revision that brought each pod its snapshot.
        var revisions: [PodKey: UInt64] = [:]
        /// The pods by namespace and name; nil: to be put in order anew.
        var order: [PodKey]?
        var problems: [ManifestProblem] = []
        var workloads: [WorkloadSnapshot] = []
        var objects: [DesiredObject] = []
        var manifests = ManifestSnapshot()
        var revision: UInt64 = 0
        var isSynced = false
        var listeners: [Listener] = []
        var watchers: [Watcher] = []

        mutating func stir() {
            watchers.removeAll { $0.stirring == nil }
            for watcher in watchers { watcher.stirring?.signal.raise() }
        }

        mutating func ordered() -> [PodKey] {
            if let order { return order }
            let sorted = pods.keys.sorted()
            order = sorted
            return sorted
        }

        mutating func announce(_ change: PodChange) {
            revision += 1
            stir()
            listeners.removeAll { $0.feed == nil }
            for listener in listeners { listener.feed?.add(change) }
        }
    }

    /// Held weakly, as the feeds are.
    private struct Watcher: Sendable {
        weak let stirring: StoreStirring?
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
        state.withLock { state in state.ordered().compactMap { state.pods[$0] } }
    }

    /// Which pods there are, by namespace and name, and the revision that brought each its present snapshot: where that
    /// is the same, the snapshot is.
    public var versions: [(key: PodKey, revision: UInt64)] {
        state.withLock { state in state.ordered().map { ($0, state.revisions[$0] ?? 0) } }
    }

    public subscript(key: PodKey) -> PodSnapshot? {
        state.withLock { $0.pods[key] }
    }

    /// What is wrong with files of the watched folder now.
    public var problems: [ManifestProblem] { state.withLock { $0.problems } }

    /// All workloads, by kind, namespace and name. Their pods are among the pods.
    public var workloads: [WorkloadSnapshot] { state.withLock { $0.workloads } }

    func set(workloads: [WorkloadSnapshot]) {
        state.withLock { state in
            guard state.workloads != workloads else { return }
            state.workloads = workloads
            state.stir()
        }
    }

    /// The ConfigMaps, Secrets and claims that the folder has, in no order. Whoever shows one shows no value of a Secret.
    public var objects: [DesiredObject] { state.withLock { $0.objects } }

    func set(objects: [DesiredObject]) {
        state.withLock { state in
            // Equal content may come in another order: whoever looks again finds no difference.
            guard state.objects != objects else { return }
            state.objects = objects
            state.stir()
        }
    }

    /// What the watched folder wants: what has been acted on, be it done yet or not.
    public var manifests: ManifestSnapshot { state.withLock { $0.manifests } }

    func set(manifests: ManifestSnapshot) {
        state.withLock { state in
            guard state.manifests != manifests else { return }
            state.manifests = manifests
            state.stir()
        }
    }

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

    /// One element whenever anything in the store is another since the last was taken: pods, workloads, what the folder wants.
    public func stirrings() -> AsyncStream<Void> {
        let stirring = StoreStirring()
        state.withLock { $0.watchers.append(Watcher(stirring: stirring)) }
        return AsyncStream {
            await stirring.signal.wait()
            return Task.isCancelled ? nil : ()
        }
    }

    func set(_ snapshot: PodSnapshot) {
        state.withLock { state in
            guard state.pods[snapshot.key] != snapshot else { return }
            if state.pods.updateValue(snapshot, forKey: snapshot.key) == nil { state.order = nil }
            state.announce(.changed(snapshot.key))
            state.revisions[snapshot.key] = state.revision
        }
    }

    func remove(_ key: PodKey) {
        state.withLock { state in
            guard state.pods.removeValue(forKey: key) != nil else { return }
            state.revisions[key] = nil
            state.order = nil
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

/// Tells one who looks at the store as a whole that it is worth looking again.
private final class StoreStirring: Sendable {
    let signal = Signal()
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
