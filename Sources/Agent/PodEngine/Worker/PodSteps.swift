import Linux
import Logging
import PodSpec

/// Carries out the steps of one pod. It decides nothing: each step ends in the event that the lifecycle asked for.
struct PodSteps: Sendable {
    let desired: DesiredPod
    let paths: PodPaths
    let context: EngineContext
    let latest: LatestPod
    /// For what has to be told before a step has ended.
    let post: @Sendable (PodEvent) -> Void

    var pod: Pod { desired.pod }
    var rooms: Rooms { context.rooms }
    /// Known from the moment that the pod is recorded.
    var ids: VolumeIDs { VolumeIDs(range: context.users.range(of: paths.uid)) }

    /// Does it, with the pod's state as it was when the step was asked for. Nil where the agent is ending and nobody is to
    /// draw conclusions from that.
    func run(_ step: PodStep, of lifecycle: PodLifecycle) async -> PodEvent? {
        switch step {
        case .record: await record(lifecycle)
        case .prepareSandbox: await prepareSandbox(lifecycle)
        case .prepareVolumes: await prepareVolumes()
        case .updateVolumes: updateVolumes()
        case .fetchImage(let request): await fetch(request)
        case .start(let container, let attempt): await start(container, attempt, lifecycle)
        case .postStart(let container, let attempt): await postStart(container, attempt, lifecycle)
        case .preStop(let container, let attempt): await preStop(container, attempt, lifecycle)
        case .probe(let container, let attempt, let kind): await probe(container, attempt, kind, lifecycle)
        case .watch(let container, let attempt): await watch(container, attempt)
        case .watchInit(let attempt): await watchInit(attempt)
        case .terminate(let container, let attempt): await terminate(step, container, attempt, lifecycle)
        case .kill(let container, let attempt): await kill(step, container, attempt)
        case .save: await save(lifecycle)
        case .resize: await resize(lifecycle)
        case .releaseSandbox: await releaseSandbox(lifecycle)
        case .tearDown: await tearDown()
        }
    }

    private func record(_ lifecycle: PodLifecycle) async -> PodEvent {
        var record = PodRecord(
            startTime: lifecycle.startTime,
            file: desired.file,
            warnings: desired.warnings,
            fingerprint: desired.fingerprint,
            pod: pod
        )
        record.hasGivenUID = desired.hasGivenUID
        record.generation = lifecycle.generation
        if pod.spec.hasOwnUsers {
            do throws(StepFailure) { record.users = try context.users.take(for: paths.uid) } catch {
                return .recordFailed(error)
            }
        }
        let outdated = lifecycle.containers.compactMap { container in
            container.outdatedAttempt.map { (container.name, $0) }
        }
        if !outdated.isEmpty { record.outdatedAttempts = Dictionary(uniqueKeysWithValues: outdated) }
        record.resize = lifecycle.resizing.unfinished(lifecycle.shape.allocation)
        do {
            if lifecycle.hasBeenRecorded {
                try await context.records.replace(record, at: paths)
            } else {
                try context.records.write(record, at: paths)
            }
        } catch {
            return .recordFailed(StepFailure(.failedRecord, "\(error)"))
        }
        FailPoint.recordWritten.pass()
        return .recorded
    }

    private func prepareVolumes() async -> PodEvent {
        do throws(StepFailure) {
            try await RemoteVolumeMounter(paths: paths, mounts: rooms.mounts).mount(pod)
            try VolumeMounter(paths: paths, mounts: rooms.mounts, ids: ids).prepare(pod)
            try prepareObjectVolumes()
        } catch {
            return .volumesFailed(error)
        }
        FailPoint.volumesReady.pass()
        return .volumesReady
    }

    private func save(_ lifecycle: PodLifecycle) async -> PodEvent {
        do {
            try await context.records.save(PodHistory(lifecycle, at: rooms.clock.now), at: paths)
        } catch {
            return .saved(error: "\(error)")
        }
        FailPoint.stateSaved.pass()
        return .saved(error: nil)
    }

    private var remover: PodRemover { PodRemover(paths: paths, rooms: rooms, records: context.records) }

    private func releaseSandbox(_ lifecycle: PodLifecycle) async -> PodEvent {
        var errors = await remover.releaseSandbox()
        // Evicted for what it has written, or for others to have room: its logs stay, within their own limits.
        if errors.isEmpty, lifecycle.verdict?.reason == .evicted {
            errors = await context.records.remove([paths.volumes, paths.writable])
        }
        if errors.isEmpty { await releaseClaims() }
        FailPoint.sandboxReleased.pass()
        return .sandboxReleased(errors: errors)
    }

    private func tearDown() async -> PodEvent {
        let errors = await remover.remove()
        if errors.isEmpty {
            await releaseClaims()
            context.users.release(paths.uid)
        }
        return .tornDown(errors: errors)
    }
}
