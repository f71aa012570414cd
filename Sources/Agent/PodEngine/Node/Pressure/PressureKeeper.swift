import Linux
import Logging
import PodSpec

/// Keeps the machine from running out of what pods share: says what it is short of (`NodePressure`), frees what nobody needs, and
/// evicts pods, one at a time; also those that have gone beyond their own limits of the disk.
///
/// Where the kernel tells of tasks that wait for memory (PSI), or that a threshold is crossed (cgroup v1), it looks then; and every
/// ten seconds, as the kubelet does: there is no event for a disk that fills up. A look without pressure is a
/// handful of system calls, and a walk through the files of those pods alone that have limits.
actor PressureKeeper {
    static let period = Duration.seconds(10)
    /// How long an evicted pod is waited for before the next one may go: the kubelet's figure.
    private static let cleanUpPatience = Duration.seconds(30)
    /// What the kubelet gives a pod that goes at once.
    private static let leastGrace = Duration.seconds(1)
    /// A pod's files are walked through again after so many times as long as that took.
    private static let restFactor = 20

    /// Has a pod end; false where it is not to be ended now.
    typealias Evict = @Sendable (PodKey, _ uid: String, StepFailure, _ grace: Duration) async -> Bool

    /// Which hints the kernel gives.
    private struct Hearing {
        var shortage = true
        var crossing = true
    }

    private let context: EngineContext
    private let measuring: any NodeMeasuring
    private let images: ImageCollector?
    private let meter: PodMeter
    private let evict: Evict
    private let onChange: @Sendable () async -> Void
    private var machine: EvictionMachine
    /// By UID: when a pod's files are walked through again.
    private var nextWalks: [String: Monotonic] = [:]
    /// UIDs of pods that have been told to go.
    private var leaving: Set<String> = []
    /// Said once, not every ten seconds.
    private var complaint: String?
    private var hearing = Hearing()

    /// - Parameter onChange: called where what the machine is short of is something else than before.
    init(
        _ measuring: any NodeMeasuring,
        images: ImageCollector?,
        in context: EngineContext,
        evict: @escaping Evict,
        onChange: @escaping @Sendable () async -> Void
    ) {
        self.context = context
        self.measuring = measuring
        self.images = images
        self.evict = evict
        self.onChange = onChange
        meter = PodMeter(context: context, disk: DiskMeter())
        machine = EvictionMachine(context.configuration.eviction)
    }

    private var clock: any EngineClock { context.rooms.clock }

    /// Works until the task is cancelled.
    func run() async {
        while !Task.isCancelled {
            let next = clock.uptime.advanced(by: Self.period)
            // After an eviction it is looked again at once.
            if await look() { continue }
            await rest(until: next)
        }
    }

    /// Returns at a time, or before that where memory may have become short.
    private func rest(until next: Monotonic) async {
        let clock = clock
        var hints: [(which: WritableKeyPath<Hearing, Bool>, wait: @Sendable () async throws -> Void)] = []
        if !context.configuration.eviction.isEmpty {
            if hearing.shortage, let shortage = measuring.memoryShortage { hints.append((\.shortage, shortage)) }
            let thresholds = context.configuration.eviction.memoryThresholds
            if hearing.crossing, let crossing = measuring.memoryCrossing(thresholds) { hints.append((\.crossing, crossing)) }
        }
        let failed: Int? = await withTaskGroup(of: Int?.self) { group in
            for (index, hint) in hints.enumerated() {
                let wait = hint.wait
                group.addTask {
                    do { try await wait() } catch is CancellationError {} catch { return index }
                    return nil
                }
            }
            group.addTask {
                // Only a cancellation ends it early.
                try? await clock.sleep(until: next)
                return nil
            }
            defer { group.cancelAll() }
            return await group.next() ?? nil
        }
        // What fails once would fail at once again.
        if let failed { hearing[keyPath: hints[failed].which] = false }
    }

    /// Measures the machine and says what it is short of. Answers what has to be got back.
    @discardableResult
    func observe() async -> [EvictionDemand] {
        guard !context.configuration.eviction.isEmpty, let observations = measure() else { return [] }
        let demands = machine.observe(observations, at: clock.uptime)
        if context.pressure.set(machine.conditions) {
            let names = NodeCondition.Kind.allCases.filter(machine.conditions.contains).map(\.rawValue)
            let metadata: Logger.Metadata = ["conditions": "\(names.joined(separator: ", "))"]
            context.logger.log(.warning, .nodeCondition, "the machine is under \(names.isEmpty ? "no " : "")pressure", metadata)
            let message = names.isEmpty ? "The machine is under no pressure any more" : "The machine has \(names.joined(separator: ", "))"
            var happening = EngineHappening(.node, "NodeCondition", message, at: context.rooms.clock.wall)
            happening.kind = names.isEmpty ? .normal : .warning
            context.rooms.observer.happened(happening)
            await onChange()
        }
        return demands
    }

    /// Answers whether a pod was evicted.
    private func look() async -> Bool {
        let pods = activePods()
        var hasEvicted = await enforceLimits(pods)
        for demand in await observe() {
            if await free(for: demand) { continue }
            if await evictOne(of: activePods(), for: demand) {
                hasEvicted = true
                break
            }
        }
        return hasEvicted
    }

    private func measure() -> [EvictionSignal: EvictionObservation]? {
        do throws(SystemError) { return try measuring.measure() } catch {
            complain("the machine cannot be measured: \(error)")
            return nil
        }
    }

    /// Pods of which something runs and that have not been told to go.
    private func activePods() -> [PodSnapshot] {
        let pods = context.store.pods
        leaving.formIntersection(pods.filter { !$0.isOver }.map(\.pod.metadata.uid))
        return pods.filter { pod in
            !pod.isOver && !pod.isTerminating && pod.containers.contains { $0.pid != nil }
                && !leaving.contains(pod.pod.metadata.uid)
        }
    }

    /// Evicts the pods that have written more than they may.
    private func enforceLimits(_ pods: [PodSnapshot]) async -> Bool {
        var walks: [String: Monotonic] = [:]
        var hasEvicted = false
        for pod in pods where pod.pod.effectivePriority < Pod.criticalPriority {
            let limits = StorageLimits(pod.pod)
            let uid = pod.pod.metadata.uid
            let begun = clock.uptime
            if limits.isEmpty { continue }
            if let next = nextWalks[uid], begun < next {
                walks[uid] = next
                continue
            }
            let consumption = await meter.measure(pod, .storage)
            let done = clock.uptime
            walks[uid] = done.advanced(by: done.since(begun) * Self.restFactor)
            guard let failure = limits.excess(consumption) else { continue }
            if await end(pod, failure, grace: Self.leastGrace) {
                // What its own limits were crossed by: one of three in the kubelet, which the failure's words tell apart.
                context.rooms.observer.measured(.evicted(signal: "ephemeral-storage.limit"))
                hasEvicted = true
            }
        }
        nextWalks = walks
        return hasEvicted
    }

    /// Frees what nobody needs. Answers whether that was enough.
    private func free(for demand: EvictionDemand) async -> Bool {
        switch demand.signal.resource {
        case .memory, .processes: return false
        case .storage, .inodes: break
        }
        await removeDeadContainers()
        if isMet(demand) { return true }
        let isEnough: @Sendable () -> Bool = { [machine, measuring] in
            // What cannot be measured is not known to be enough.
            guard let found = try? measuring.measure(), let observation = found[demand.signal] else { return false }
            return machine.isMet(demand, by: observation)
        }
        await images?.reclaim(until: isEnough)
        return isMet(demand)
    }

    private func isMet(_ demand: EvictionDemand) -> Bool {
        measure()?[demand.signal].map { machine.isMet(demand, by: $0) } ?? false
    }

    /// What the containers of pods that have ended wrote into their own files: nobody can look at it any more.
    private func removeDeadContainers() async {
        let dead = context.store.pods.filter { $0.isOver && $0.isReleased }.map { pod in
            PodPaths(uid: pod.pod.metadata.uid, key: pod.key, in: context.configuration.directories).writable
        }
        for failure in await context.records.remove(dead.filter { FileSystem.exists($0) }) {
            context.logger.warning("files of a container that has ended cannot be removed: \(failure)")
        }
    }

    private func evictOne(of pods: [PodSnapshot], for demand: EvictionDemand) async -> Bool {
        let resource = demand.signal.resource
        var candidates: [EvictionRanking.Candidate] = []
        for pod in pods { candidates.append(.init(pod.pod, await meter.measure(pod, resource))) }
        for candidate in EvictionRanking.order(candidates, for: resource) {
            guard let pod = pods.first(where: { $0.pod.metadata.uid == candidate.pod.metadata.uid }) else { continue }
            let grace = demand.softGrace.map { longest in
                min(longest, .seconds(max(0, candidate.pod.spec.terminationGracePeriodSeconds)))
            }
            let failure = EvictionWords.lowResource(demand, candidate)
            if await end(pod, failure, grace: max(grace ?? .zero, Self.leastGrace)) {
                context.rooms.observer.measured(.evicted(signal: demand.signal.rawValue))
                return true
            }
        }
        complain("the machine is low on \(resource.rawValue), and no pod is left that may be evicted")
        return false
    }

    /// Has a pod end, and waits until it has given back what it had.
    private func end(_ pod: PodSnapshot, _ failure: StepFailure, grace: Duration) async -> Bool {
        let uid = pod.pod.metadata.uid
        guard await evict(pod.key, uid, failure, grace) else { return false }
        complaint = nil
        leaving.insert(uid)
        let (store, key, clock) = (context.store, pod.key, clock)
        let patience = clock.uptime.advanced(by: grace + Self.cleanUpPatience)
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await store.waitUntilReleased(key, uid: uid) }
            // Only a cancellation ends it early: the pod has gone.
            group.addTask { try? await clock.sleep(until: patience) }
            await group.next()
            group.cancelAll()
        }
        return true
    }

    private func complain(_ message: String) {
        if complaint == message { return }
        complaint = message
        context.logger.warning("\(message)")
    }
}

extension PodSnapshot {
    /// Whether nothing of it runs or will run.
    fileprivate var isOver: Bool { pod.status?.phase == .succeeded || pod.status?.phase == .failed }
}

extension PodStore {
    /// Returns when a pod has ended and given back what it ran in, or is gone, or when the task is cancelled.
    fileprivate func waitUntilReleased(_ key: PodKey, uid: String) async {
        func isReleased() -> Bool {
            guard let pod = self[key], pod.pod.metadata.uid == uid else { return true }
            return pod.isOver && pod.isReleased
        }
        let changes = changes()
        if isReleased() { return }
        for await _ in changes where isReleased() { return }
    }
}
