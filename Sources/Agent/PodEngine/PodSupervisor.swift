import Linux
import Logging
import PodSpec
import Synchronization

/// The engine: makes the machine match the watched folder for as long as it runs.
///
/// What it knows is in `store`; what it does, it does in one task a pod. When it is stopped, everything that runs goes on
/// running, and the next engine takes it over.
public actor PodSupervisor {
    /// All pods with their status, the problems of manifests, and changes of both.
    public nonisolated let store = PodStore()

    /// What the machine is short of.
    public nonisolated let pressure: NodePressure

    /// Which ids the pods' user namespaces have; whoever makes others reserves theirs.
    package nonisolated var users: IDRangeBook { context.users }

    let context: EngineContext
    private(set) var workers: [PodKey: PodWorker] = [:]
    /// Set while the machine is going down.
    private var haltLimit: Duration?
    var isHalting: Bool { haltLimit != nil }
    /// Has the loop of `run` come round.
    private(set) var bell: LoopBell?
    /// Has the loop look at the workloads again, once there is one.
    private var ringForWorkloads: (@Sendable () -> Void)?
    /// The task of `start`.
    private var running: Task<Void, any Error>?

    public init(configuration: EngineConfiguration, rooms: Rooms, logger: Logger) {
        // Read before anything can change the environment.
        FailPoint.prepare()
        pressure = NodePressure(storageBytes: configuration.node.storageBytes)
        context = EngineContext(
            configuration: configuration,
            rooms: rooms,
            records: PodRecords(configuration.directories),
            store: store,
            claims: ClaimFolders(state: configuration.directories.state, mounts: rooms.mounts),
            pressure: pressure,
            users: IDRangeBook(pool: configuration.podIDs),
            logger: logger
        )
    }

    /// Whether the folder has been read once and everything that an earlier agent left is in hand.
    public nonisolated var isReady: Bool { store.isSynced }

    /// Starts to work and returns as soon as `isReady`. Throws where the folder or the records cannot be read at all.
    ///
    /// - Parameter onAdopted: called for each pod of an earlier agent that is in hand.
    public func start(onAdopted: @escaping @Sendable () -> Void = {}) async throws {
        guard running == nil else { return }
        let synced = Latch()
        // Not structured: it lasts until `stop`, whose caller is another one than ours.
        let task = Task {
            defer { synced.open() }
            try await self.run(onAdopted: onAdopted) { synced.open() }
        }
        running = task
        await synced.wait()
        // It only ended by itself if it failed.
        if !store.isSynced { try await task.value }
    }

    /// Ends the work between steps. Pods go on running.
    public func stop() async {
        guard let task = running else { return }
        task.cancel()
        // Nobody is left who could be told of a failure but the log.
        do { try await task.value } catch is CancellationError {} catch { context.logger.error("\(error)") }
        running = nil
    }

    /// Ends what runs in all pods because the machine goes down, and begins nothing until `resume`. Returns when nothing
    /// runs any more.
    ///
    /// - Parameter limit: how long a container may take to end by itself, where its pod's grace period is longer. Then it is
    ///   killed; one that even that does not end is not waited for.
    public func halt(within limit: Duration) async {
        haltLimit = limit
        let begun = context.rooms.clock.uptime
        // One that has told nothing of itself yet has nothing that runs.
        let priorities = Dictionary(
            uniqueKeysWithValues: workers.keys.map { ($0, store[$0]?.pod.effectivePriority ?? 0) }
        )
        let reserved = context.configuration.criticalHaltReserve
        for stage in HaltStage.stages(priorities, within: limit, reserved: reserved) {
            let left = max(.zero, stage.end - context.rooms.clock.uptime.since(begun))
            await halt(stage.pods.compactMap { workers[$0] }, within: left)
            // Somebody has called the shutdown off meanwhile.
            if haltLimit == nil { return }
        }
    }

    private func halt(_ workers: [PodWorker], within limit: Duration) async {
        let halted = Countdown(workers.count)
        for worker in workers { worker.halt(within: limit) { halted.count() } }
        let clock = context.rooms.clock
        let patience = clock.now.uptime.advanced(by: limit).advanced(by: PodLifecycle.killPatience)
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await halted.wait() }
            // Only a cancellation ends it early: all have halted.
            group.addTask { try? await clock.sleep(until: patience) }
            await group.next()
            group.cancelAll()
        }
    }

    /// The machine does not go down after all.
    public func resume() {
        haltLimit = nil
        for worker in workers.values { worker.resume() }
        ringForWorkloads?()
    }

    /// Works until the task is cancelled. `start` and `stop` do this in a task of their own.
    public func run(
        onAdopted: @escaping @Sendable () -> Void = {},
        onSynced: @Sendable () -> Void = {}
    ) async throws {
        let directories = context.configuration.directories
        try BootMark.check(run: directories.run)
        let records = try await inheritedRecords()
        let bell = try LoopBell()
        self.bell = bell
        var workloads = try WorkloadDriver(in: context)
        let alarm = workloads.alarm
        ringForWorkloads = { [weak self] in
            alarm.raise()
            self?.wake(bell)
        }
        var source = try ManifestSource(
            directory: directories.manifests,
            // What was made for a workload is no manifest's: the workload is.
            incumbents: records.filter { PodOwner.uid(of: $0.pod) == nil }.map { AdoptedPod($0, in: context).desired },
            objects: workloads.incumbents,
            bell: bell
        )
        var manifests = try source.first()
        let snapshot = workloads.beginning(manifests)
        context.inHand.adopt(records.map(\.pod.metadata.uid))
        // Before any pod goes on: what it refers to, and what it uses already.
        _ = context.objects.replace(with: manifests.objects)
        store.set(objects: manifests.objects.values.filter { !$0.isWorkload })
        for record in records {
            context.claims.adopt(record.pod)
            if let range = record.users { context.users.adopt(range, of: record.pod.metadata.uid) }
        }
        let collector = context.rooms.imageKeeping.map { ImageCollector($0, in: context) }
        let keeper = pressureKeeper(collector)
        // Before any pod begins: it might be one that may not.
        await keeper?.observe()
        await govern(snapshot)
        let adopted = Countdown(records.count)
        try await withThrowingDiscardingTaskGroup { group in
            // By key: pods of one key go one after the other, whoever left them.
            for (key, records) in Dictionary(grouping: records, by: \.key) {
                let wish = snapshot.pods[key]?.admitted(by: context.objects.classes)
                let worker = PodWorker(key, wish, inherited: order(records, wish), in: context) {
                    adopted.count()
                    onAdopted()
                }
                workers[key] = worker
                group.addTask { await worker.run() }
            }
            for worker in apply(snapshot) { group.addTask { await worker.run() } }
            await adopted.wait()
            // What was written down of workloads is compared with the pods that there are, now that they are known.
            var isDue = workloads.concerns(manifests)
            var isFirst = true
            while true {
                if isDue {
                    if let changes = workloads.beginWatching(manifests) {
                        let clock = context.rooms.clock
                        group.addTask { await alarm.run(changes, clock) { self.wake(bell) } }
                    }
                    // While the machine goes down, that pods end is nobody's failure.
                    let plan = haltLimit == nil ? await workloads.plan(manifests) : workloads.beginning(manifests)
                    await govern(plan)
                    for worker in apply(plan) { group.addTask { await worker.run() } }
                    group.addTask { [context] in await context.removeDiscardedClaims() }
                }
                store.set(manifests: manifests)
                if isFirst {
                    isFirst = false
                    if !Task.isCancelled { store.setSynced() }
                    onSynced()
                    if let collector { group.addTask { await collector.run() } }
                    if let keeper { group.addTask { await keeper.run() } }
                    group.addTask { [context] in await GarbageCollector(context: context).run() }
                    group.addTask { [context] in await context.removeDiscardedClaims() }
                }
                let next = try await source.nextUnlessRung()
                if next != nil { FailPoint.folderRead.pass() }
                manifests = next ?? manifests
                isDue = alarm.take() || next != nil
                try bell.answer()
            }
        }
    }

    /// Runs a command inside a container of a pod and collects its output.
    ///
    /// - Parameter container: nil for the first one.
    public nonisolated func exec(
        _ key: PodKey,
        container: String?,
        _ request: ContainerExecRequest
    ) async throws(ContainerFailure) -> ContainerExecResult {
        guard let pod = store[key] else { throw ContainerFailure(.notRunning, "there is no pod \(key)") }
        let name = container ?? pod.pod.spec.containers.first?.name ?? ""
        guard let found = pod.containers.first(where: { $0.name == name }) else {
            throw ContainerFailure(.notRunning, "the pod \(key) has no container \"\(name)\"")
        }
        guard found.pid != nil else {
            throw ContainerFailure(.notRunning, "container \"\(name)\" of the pod \(key) does not run")
        }
        return try await context.rooms.containers.exec(id: found.id, request)
    }

    /// Has the loop come round for the sake of the workloads.
    private nonisolated func wake(_ bell: LoopBell) {
        do throws(SystemError) { try bell.wake() } catch { context.logger.error("\(error)") }
    }

    /// Tells each worker what is wanted, and answers those that are new.
    private func apply(_ snapshot: ManifestSnapshot) -> [PodWorker] {
        let known = Set(store.problems)
        for problem in snapshot.problems where !known.contains(problem) {
            let metadata: Logger.Metadata = ["file": "\(problem.file)", "name": "\(problem.file)"]
            context.logger.log(.warning, .manifestRefused, "\(problem)", metadata)
            var happening = EngineHappening(.manifest, "ManifestRefused", "\(problem)", at: context.rooms.clock.wall)
            happening.kind = .warning
            happening.name = problem.file
            context.rooms.observer.happened(happening)
        }
        store.set(problems: snapshot.problems)
        context.garbage.raise()
        let changed = context.objects.replace(with: snapshot.objects)
        store.set(objects: snapshot.objects.values.filter { !$0.isWorkload })
        do throws(SystemError) { try context.claims.settle(snapshot) } catch {
            // Folders that were to go stay for now.
            context.logger.error("\(error)", metadata: ["reason": "ClaimMark"])
        }
        var new: [PodWorker] = []
        let classes = context.objects.classes
        let pods = snapshot.pods.mapValues { $0.admitted(by: classes) }
        for (key, desired) in pods where workers[key]?.submit(desired) != true {
            let worker = PodWorker(key, desired, haltLimit: haltLimit, in: context)
            workers[key] = worker
            new.append(worker)
        }
        for (key, worker) in workers where snapshot.pods[key] == nil {
            // One that has ended already has nothing left to be told.
            if !worker.submit(nil) { workers[key] = nil }
        }
        for (key, worker) in workers where changed.contains(key.namespace) { worker.objectsChanged() }
        return new
    }

    /// The pod that is to go on comes last: the others have to be gone before.
    private func order(_ records: [PodRecord], _ wish: DesiredPod?) -> [PodRecord] {
        let uid = wish?.pod.metadata.uid
        return records.filter { $0.pod.metadata.uid != uid } + records.filter { $0.pod.metadata.uid == uid }
    }

    /// What earlier agents wrote down. What they left without a readable record is removed here and now.
    private func inheritedRecords() async throws -> [PodRecord] {
        var records: [PodRecord] = []
        var leftovers: [String] = []
        for uid in try context.records.uids() {
            do {
                if let record = try context.records.record(uid: uid) {
                    records.append(record)
                    continue
                }
            } catch {
                context.logger.warning(
                    "the record cannot be read, the pod is made anew: \(error)",
                    metadata: ["pod-uid": "\(uid)"]
                )
            }
            leftovers.append(uid)
        }
        let known = Set(records.map(\.pod.metadata.uid))
        await withDiscardingTaskGroup { group in
            let remover = Leftovers(context: context)
            for uid in leftovers {
                group.addTask {
                    for failure in await remover.remove(uid: uid) {
                        remover.context.logger.error("\(failure)", metadata: ["pod-uid": "\(uid)"])
                    }
                }
            }
        }
        await context.rooms.networks.retain(only: known)
        return records.sorted { $0.key < $1.key }
    }
}
