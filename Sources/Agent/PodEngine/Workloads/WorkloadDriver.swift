import Linux
import Logging
import PodSpec

/// Stands between what the folder wants and the pods that are made: adds the pods of workloads, after they have been written
/// down. Owned by the engine's loop.
struct WorkloadDriver {
    let alarm = WorkloadAlarm()
    private var known: WorkloadSet
    private let records: WorkloadRecords
    private let zones = ZoneFolder()
    private let context: EngineContext
    private var isWatching = false

    /// How long after a failure to write a record it is tried again.
    private static let retryDelay = Duration.seconds(5)

    /// Reads what an earlier agent wrote down.
    init(in context: EngineContext) throws {
        self.context = context
        records = WorkloadRecords(state: context.configuration.directories.state)
        let (found, problems) = try records.load()
        for problem in problems { context.logger.warning("a record of a workload begins anew: \(problem)") }
        known = WorkloadSet(found)
    }

    /// The last good versions of the manifests.
    var incumbents: [DesiredObject] { known.records.values.map(\.desired.object) }

    /// Whether there is anything to do here.
    func concerns(_ snapshot: ManifestSnapshot) -> Bool {
        !known.isEmpty || snapshot.objects.values.contains { $0.workload != nil }
    }

    /// The changes of pods that `alarm` is to watch from now on; nil where it does, or where there is nothing to watch for.
    mutating func beginWatching(_ snapshot: ManifestSnapshot) -> AsyncStream<[PodChange]>? {
        guard !isWatching, concerns(snapshot) else { return nil }
        isWatching = true
        return context.store.changes()
    }

    /// What is wanted before anything is known of the pods that there are: those that were written down go on.
    func beginning(_ snapshot: ManifestSnapshot) -> ManifestSnapshot {
        guard concerns(snapshot) else { return snapshot }
        return merge(known.remembered(wanted(snapshot)), into: snapshot)
    }

    /// What is wanted now, the pods of workloads included. All that it names is on disk.
    mutating func plan(_ snapshot: ManifestSnapshot) async -> ManifestSnapshot {
        guard concerns(snapshot) else { return snapshot }
        let pods = context.store.pods
        let now = context.rooms.clock.wall
        let zones = zones
        let circumstances = WorkloadCircumstances(
            now: now,
            pods: pods.compactMap { ObservedPod($0) },
            taken: Set(snapshot.pods.keys).union(pods.map(\.key)),
            zone: { zones.rules($0) }
        )
        let wanted = wanted(snapshot)
        var next = known
        var deadline = next.reconcile(wanted, in: circumstances)
        let changed = next.records.values.filter { $0 != known.records[$0.name] }
        let gone = known.records.keys.filter { next.records[$0] == nil }
        var planned: [DesiredPod]
        do {
            if !changed.isEmpty || !gone.isEmpty {
                let writes = changed.map { ($0, $0.needsDisk(after: known.records[$0.name])) }
                try await records.write(writes, removing: gone)
            }
            known = next
            planned = known.pods(in: circumstances)
        } catch {
            // What is not written down is not made: the pods stay as they were.
            context.logger.error("workloads cannot be written down, their pods stay as they are: \(error)")
            deadline = now.advanced(by: Self.retryDelay)
            planned = known.remembered(wanted)
        }
        FailPoint.workloadsWritten.pass()
        let observed = pods.filter { PodOwner.uid(of: $0.pod) != nil }.map(\.key)
        alarm.set(deadline, owned: Set(planned.map(\.key)).union(observed))
        context.store.set(workloads: known.snapshots(in: circumstances))
        return merge(planned, into: snapshot)
    }

    private func wanted(_ snapshot: ManifestSnapshot) -> [WorkloadName: DesiredWorkload] {
        var wanted: [WorkloadName: DesiredWorkload] = [:]
        for object in snapshot.objects.values {
            if let workload = object.workload { wanted[workload.name] = workload }
        }
        return wanted
    }

    private func merge(_ pods: [DesiredPod], into snapshot: ManifestSnapshot) -> ManifestSnapshot {
        var merged = snapshot
        for pod in pods {
            if let other = merged.pods[pod.key] {
                // The one that runs was there first.
                var problem = ManifestProblem(
                    file: other.file,
                    path: "metadata.name",
                    message: "the pod \(pod.key) is one of \(pod.pod.metadata.annotations[PodOwner.mark] ?? pod.file)"
                )
                problem.pod = pod.key
                merged.problems.append(problem)
            }
            merged.pods[pod.key] = pod
        }
        return merged
    }
}

extension DesiredObject {
    var workload: DesiredWorkload? {
        guard case .workload(let decoded) = object else { return nil }
        return DesiredWorkload(decoded: decoded, file: file)
    }
}

extension DesiredWorkload {
    var object: DesiredObject { DesiredObject(.workload(decoded), warnings: decoded.warnings, file: file) }
}
