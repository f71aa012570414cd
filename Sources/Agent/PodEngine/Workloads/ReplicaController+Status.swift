import Linux
import PodSpec

extension ReplicaController {
    /// How many there are of what.
    struct Counts: Hashable {
        var total: Int
        var updated: Int
        var ready: Int
        var available: Int
        var terminating: Int
    }

    func counts(_ state: ReplicaState) -> Counts {
        let active = active(state)
        let newest = state.revisions.last?.hash
        return Counts(
            total: active.count,
            updated: active.filter { $0.revision == newest }.count,
            ready: active.filter { readySince($0) != nil }.count,
            available: active.filter(isAvailable).count,
            terminating: terminating(state).count
        )
    }

    /// Notes how far the roll-out is, and sets the conditions of a Deployment. Answers when its deadline is over.
    func noteProgress(_ state: inout ReplicaState) -> [Timestamp] {
        guard owner.kind == .deployment else { return [] }
        let counts = counts(state)
        let now = circumstances.now
        let revision = state.revisions.last?.hash ?? hash
        let isComplete =
            counts.updated == plan.desired && counts.total == plan.desired && counts.available == plan.desired
        let old = counts.total - counts.updated
        var progress =
            state.progress
            ?? ReplicaState.Progress(revision: revision, updated: 0, available: 0, old: old, at: now, isComplete: false)
        let isFurther =
            progress.revision != revision || counts.updated > progress.updated || old < progress.old
            || counts.available > progress.available || (isComplete && !progress.isComplete)
        if progress.revision != revision { progress.isComplete = false }
        if isFurther || progress.at > now { progress.at = now }
        // One that was complete does not become stuck because a pod is restarted.
        progress.isComplete = progress.isComplete || isComplete
        (progress.revision, progress.updated, progress.available, progress.old) =
            (revision, counts.updated, counts.available, old)
        if isComplete { state.failures = 0 }
        state.progress = progress
        return setConditions(&state, counts, progress, hasMoved: isFurther)
    }

    private func setConditions(
        _ state: inout ReplicaState,
        _ counts: Counts,
        _ progress: ReplicaState.Progress,
        hasMoved: Bool
    ) -> [Timestamp] {
        let now = circumstances.now
        var least = plan.desired
        if case .rolling(_, let unavailable) = plan.replacement { least -= unavailable }
        let isAvailable = counts.available >= least
        state.conditions.set(
            "Available",
            isAvailable ? "True" : "False",
            isAvailable ? "MinimumReplicasAvailable" : "MinimumReplicasUnavailable",
            "Deployment \(isAvailable ? "has" : "does not have") minimum availability.",
            at: now
        )
        let subject = "Revision \"\(owner.name)-\(progress.revision)\""
        if plan.isPaused {
            state.conditions.set("Progressing", "Unknown", "DeploymentPaused", "Deployment is paused", at: now)
        } else if progress.isComplete {
            let message = "\(subject) has successfully progressed."
            state.conditions.set("Progressing", "True", "NewReplicaSetAvailable", message, at: now)
        } else if let deadline = plan.progressDeadline,
            now.remaining(of: deadline, since: progress.at) == .zero
        {
            let message = "\(subject) has timed out progressing."
            state.conditions.set("Progressing", "False", "ProgressDeadlineExceeded", message, at: now)
        } else {
            let message = "\(subject) is progressing."
            state.conditions.set("Progressing", "True", "ReplicaSetUpdated", message, updates: hasMoved, at: now)
            if let deadline = plan.progressDeadline {
                return [now.advanced(by: now.remaining(of: deadline, since: progress.at))]
            }
        }
        return []
    }

    package func status(_ state: ReplicaState) -> DeploymentStatus {
        let counts = counts(state)
        var status = DeploymentStatus()
        status.replicas = Int32(clamping: counts.total)
        status.updatedReplicas = Int32(clamping: counts.updated)
        status.readyReplicas = Int32(clamping: counts.ready)
        status.availableReplicas = Int32(clamping: counts.available)
        status.unavailableReplicas = Int32(clamping: max(0, max(plan.desired, counts.total) - counts.available))
        status.terminatingReplicas = Int32(clamping: counts.terminating)
        status.conditions = state.conditions
        status.warnings = plan.warnings + mold.warnings
        return status
    }

    package func replicaSetStatus(_ state: ReplicaState) -> ReplicaSetStatus {
        let counts = counts(state)
        var status = ReplicaSetStatus()
        status.replicas = Int32(clamping: counts.total)
        status.fullyLabeledReplicas = status.replicas
        status.readyReplicas = Int32(clamping: counts.ready)
        status.availableReplicas = Int32(clamping: counts.available)
        status.terminatingReplicas = Int32(clamping: counts.terminating)
        status.warnings = plan.warnings + mold.warnings
        return status
    }

    package func daemonSetStatus(_ state: ReplicaState) -> DaemonSetStatus {
        let counts = counts(state)
        var status = DaemonSetStatus()
        status.desiredNumberScheduled = 1
        // One node, however many of its pods change places on it.
        status.currentNumberScheduled = Int32(min(1, counts.total))
        status.numberReady = Int32(min(1, counts.ready))
        status.updatedNumberScheduled = Int32(min(1, counts.updated))
        status.numberAvailable = Int32(min(1, counts.available))
        status.numberUnavailable = 1 - status.numberAvailable
        status.warnings = plan.warnings + mold.warnings
        return status
    }
}

extension [WorkloadCondition] {
    /// Sets a condition; its time moves when its status does.
    mutating func set(
        _ type: String,
        _ status: String,
        _ reason: String?,
        _ message: String?,
        updates: Bool = false,
        at now: Timestamp
    ) {
        var condition = WorkloadCondition(type: type, status: status, reason: reason, message: message)
        let time = now.rfc3339Seconds
        guard let index = firstIndex(where: { $0.type == type }) else {
            (condition.lastTransitionTime, condition.lastUpdateTime) = (time, time)
            append(condition)
            return
        }
        let old = self[index]
        condition.lastTransitionTime = old.status == status ? old.lastTransitionTime : time
        let isSame = old.status == status && old.reason == reason && old.message == message
        condition.lastUpdateTime = isSame && !updates ? old.lastUpdateTime : time
        self[index] = condition
    }
}
