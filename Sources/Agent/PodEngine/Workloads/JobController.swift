import Linux
import PodSpec

/// Runs pods until enough of them have succeeded, or too many have failed. A value, like all controllers.
package struct JobController: Sendable {
    let owner: PodOwner
    let pods: [String: ObservedPod]
    let circumstances: WorkloadCircumstances

    var now: Timestamp { circumstances.now }

    /// Ended pods of one job that are kept to be looked at.
    package static let keptRuns = 100

    package init(_ state: JobState, namespace: String, in circumstances: WorkloadCircumstances) {
        owner = PodOwner(kind: .job, namespace: namespace, name: state.name, uid: state.uid)
        pods = circumstances.pods(of: state.uid)
        self.circumstances = circumstances
    }

    /// Takes the next step. Answers when to look again if nothing happens.
    package func reconcile(_ state: inout JobState, _ events: inout PodEventLog) -> Timestamp? {
        guard !state.times.isExpired else { return nil }
        rebase(&state)
        if state.isFinished { return expire(&state, &events) }
        let isSuspended = state.spec.suspend ?? false
        if !isSuspended, state.times.startedAt == nil { begin(&state, &events) }
        countEnds(&state)
        var deadline: Timestamp?
        if state.verdict == nil { (state.verdict, deadline) = judge(state) }
        if state.verdict != nil {
            conclude(&state, &events)
            return state.isFinished ? expire(&state, &events) : nil
        }
        if isSuspended {
            suspend(&state, &events)
            return nil
        }
        return [deadline, settle(&state, &events)].compactMap { $0 }.min()
    }

    /// A clock that was set back must neither end a job before its time nor let it run for ever: what seems to have begun in
    /// the future begins now.
    private func rebase(_ state: inout JobState) {
        if let time = state.times.startedAt, time > now { state.times.startedAt = now }
        if let time = state.times.finishedAt, time > now { state.times.finishedAt = now }
        if let time = state.tally.lastFailureAt, time > now { state.tally.lastFailureAt = now }
    }

    private func begin(_ state: inout JobState, _ events: inout PodEventLog) {
        state.times.startedAt = now
        guard state.conditions.contains(where: { $0.type == "Suspended" && $0.status == "True" }) else { return }
        state.conditions.set("Suspended", "False", "JobResumed", "Job resumed", at: now)
        events.note(.normal, .jobResumed, "Job resumed", at: now)
    }

    private func suspend(_ state: inout JobState, _ events: inout PodEventLog) {
        remove(state.active, &state, &events)
        state.times.startedAt = nil
        let isNew = !state.conditions.contains { $0.type == "Suspended" && $0.status == "True" }
        state.conditions.set("Suspended", "True", "JobSuspended", "Job suspended", at: now)
        if isNew { events.note(.normal, .jobSuspended, "Job suspended", at: now) }
    }

    /// What it has decided takes effect: pods that run are ended, and when they are gone the job is over.
    private func conclude(_ state: inout JobState, _ events: inout PodEventLog) {
        guard let verdict = state.verdict else { return }
        let interim = verdict.isSuccess ? "SuccessCriteriaMet" : "FailureTarget"
        state.conditions.set(interim, "True", verdict.reason, verdict.message, at: now)
        // Work that is broken off has failed, as the API's own controller counts it.
        if !verdict.isSuccess { state.tally.failed += state.active.count }
        remove(state.active, &state, &events)
        guard terminating(state).isEmpty else { return }
        state.times.finishedAt = now
        let final = verdict.isSuccess ? "Complete" : "Failed"
        state.conditions.set(final, "True", verdict.reason, verdict.message, at: now)
        if verdict.isSuccess {
            events.note(.normal, .jobCompleted, "Job completed", at: now)
        } else {
            events.note(.warning, PodReason(rawValue: verdict.reason), verdict.message, at: now)
        }
    }

    private func expire(_ state: inout JobState, _ events: inout PodEventLog) -> Timestamp? {
        guard let seconds = state.spec.ttlSecondsAfterFinished, let finishedAt = state.times.finishedAt else { return nil }
        let rest = now.remaining(of: .seconds(Int64(seconds)), since: finishedAt)
        if rest > .zero { return now.advanced(by: rest) }
        state.times.isExpired = true
        state.runs = []
        events.note(.normal, .jobExpired, "Removed \(seconds) s after its end", at: now)
        return nil
    }

    // MARK: Pods

    func observed(_ run: JobState.Run) -> ObservedPod? { pods[run.name].flatMap { $0.uid == run.uid ? $0 : nil } }

    func terminating(_ state: JobState) -> [ObservedPod] {
        let known = Set(state.runs.map(\.uid))
        return pods.values.filter { !known.contains($0.uid) }
    }

    /// As many pods as may run now.
    private func settle(_ state: inout JobState, _ events: inout PodEventLog) -> Timestamp? {
        let active = state.active
        let wanted = wantedActive(state, active: active.count)
        if active.count > wanted {
            // Those that have done least are missed least.
            let order = active.sorted {
                (observed($0)?.readySince == nil ? 0 : 1, $1.createdAt, $0.name)
                    < (observed($1)?.readySince == nil ? 0 : 1, $0.createdAt, $1.name)
            }
            remove(Array(order.prefix(active.count - wanted)), &state, &events)
            return nil
        }
        var room = wanted - active.count
        // Until what was broken off is gone, where the job asks for that.
        if state.spec.podReplacementPolicy == .failed || state.spec.podFailurePolicy != nil {
            room -= terminating(state).count
        }
        guard room > 0 else { return nil }
        guard state.spec.completionMode == .indexed else {
            if let wait = backoff(inARow: state.tally.inARow, since: state.tally.lastFailureAt) { return wait }
            for _ in 0..<room { create(index: nil, &state, &events) }
            return nil
        }
        return settleIndexes(room, &state, &events)
    }

    private func settleIndexes(_ room: Int, _ state: inout JobState, _ events: inout PodEventLog) -> Timestamp? {
        var room = room
        let busy = Set(state.active.compactMap(\.index))
        let isPerIndex = state.spec.backoffLimitPerIndex != nil
        let all = backoff(inARow: state.tally.inARow, since: state.tally.lastFailureAt)
        if !isPerIndex, let all { return all }
        var deadlines: [Timestamp] = []
        for index in 0..<Int(state.spec.completions ?? 0) where room > 0 {
            if busy.contains(index) || state.tally.completedIndexes.contains(index)
                || state.tally.failedIndexes.contains(index)
            {
                continue
            }
            if isPerIndex {
                let ends = state.runs.filter { $0.index == index }.compactMap(\.end?.at)
                let failures = state.tally.failuresByIndex["\(index)"] ?? 0
                if let wait = backoff(inARow: failures, since: ends.max()) {
                    deadlines.append(wait)
                    continue
                }
            }
            create(index: index, &state, &events)
            room -= 1
        }
        return deadlines.min()
    }

    private func wantedActive(_ state: JobState, active: Int) -> Int {
        let parallelism = Int(state.spec.parallelism)
        guard let completions = state.spec.completions else {
            // A work queue from which one has come back with success is empty: no new pods, and those there are end.
            return state.tally.succeeded > 0 ? min(active, parallelism) : parallelism
        }
        let done = state.tally.succeeded + state.tally.failedIndexes.count
        return min(parallelism, max(0, Int(completions) - done))
    }

    /// When the next pod may begin after failures in a row: 10 s, 20 s, 40 s, … 10 min; nil for now.
    private func backoff(inARow failures: Int, since last: Timestamp?) -> Timestamp? {
        guard failures > 0, let last else { return nil }
        let delay = Duration.seconds(min(600, 10 << min(6, failures - 1)))
        let rest = now.remaining(of: delay, since: last)
        return rest > .zero ? now.advanced(by: rest) : nil
    }

    private func create(index: Int?, _ state: inout JobState, _ events: inout PodEventLog) {
        let base = index.map { "\(state.name)-\($0)" } ?? state.name
        let known = Set(state.runs.map(\.name))
        let name = circumstances.names.name(base) { known.contains($0) || circumstances.isTaken($0, owner.namespace) }
        let uid = PodIdentity.uid(namespace: owner.namespace, name: name, fingerprint: "\(owner.uid) \(now)")
        state.runs.append(JobState.Run(name: name, uid: uid, index: index, createdAt: now, end: nil))
        events.note(.normal, .successfulCreate, "Created pod: \(name)", at: now)
    }

    private func remove(_ leaving: [JobState.Run], _ state: inout JobState, _ events: inout PodEventLog) {
        let names = Set(leaving.map(\.name))
        state.runs.removeAll { names.contains($0.name) }
        for run in leaving { events.note(.normal, .successfulDelete, "Deleted pod: \(run.name)", at: now) }
    }
}
