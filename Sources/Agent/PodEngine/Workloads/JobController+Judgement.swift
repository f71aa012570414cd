import Linux
import PodSpec

extension JobController {
    /// Counts pods that have ended, each once, and lets those go that are too many to keep.
    func countEnds(_ state: inout JobState) {
        for place in state.runs.indices where state.runs[place].end == nil {
            guard let pod = observed(state.runs[place]), !pod.isTerminating, pod.hasEnded else { continue }
            let at = min(now, pod.finishedAt ?? now)
            state.runs[place].end = JobState.End(isSuccess: pod.phase == .succeeded, at: at)
            let index = state.runs[place].index
            if pod.phase == .succeeded {
                countSuccess(of: index, &state)
            } else {
                countFailure(of: pod, index: index, at: at, &state)
            }
        }
        let ended = state.runs.filter { $0.end != nil }
        guard ended.count > Self.keptRuns else { return }
        let order = ended.sorted { ($0.end?.at ?? now, $0.name) < ($1.end?.at ?? now, $1.name) }
        let names = Set(order.prefix(ended.count - Self.keptRuns).map(\.name))
        state.runs.removeAll { names.contains($0.name) }
    }

    private func countSuccess(of index: Int?, _ state: inout JobState) {
        state.tally.inARow = 0
        if let index {
            // A second success of an index (the agent was told to make it twice by nobody) is none.
            state.tally.completedIndexes.insert(index)
            state.tally.succeeded = state.tally.completedIndexes.count
        } else {
            state.tally.succeeded += 1
        }
    }

    private func countFailure(of pod: ObservedPod, index: Int?, at: Timestamp, _ state: inout JobState) {
        state.tally.failed += 1
        let (action, why) = action(for: pod, state)
        switch action {
        case .ignore:
            return
        case .failJob:
            let message = "Container failure of pod \(owner.namespace)/\(pod.name) matches the rule: \(why)"
            state.verdict =
                state.verdict ?? JobState.Verdict(isSuccess: false, reason: "PodFailurePolicy", message: message)
        case .failIndex:
            if let index { state.tally.failedIndexes.insert(index) }
        case .count:
            break
        }
        state.tally.counted += 1
        state.tally.inARow += 1
        state.tally.lastFailureAt = max(at, state.tally.lastFailureAt ?? at)
        guard let index, let limit = state.spec.backoffLimitPerIndex else { return }
        let failures = (state.tally.failuresByIndex["\(index)"] ?? 0) + 1
        state.tally.failuresByIndex["\(index)"] = failures
        if failures > Int(limit) { state.tally.failedIndexes.insert(index) }
    }

    /// What the first rule that fits says of a failed pod.
    private func action(for pod: ObservedPod, _ state: JobState) -> (PodFailurePolicy.Action, String) {
        for (number, rule) in (state.spec.podFailurePolicy?.rules ?? []).enumerated() {
            if let codes = rule.onExitCodes {
                let failed = pod.exits.filter { exit in
                    exit.code != 0 && (codes.containerName == nil || codes.containerName == exit.container)
                }
                let isMet = failed.contains { codes.values.contains($0.code) == (codes.operator == "In") }
                if isMet { return (rule.action, "\(rule.action.rawValue) of rule \(number) for exit codes") }
            }
            let isMet = rule.onPodConditions.contains { pod.conditions[$0.type] == $0.status ?? "True" }
            if isMet { return (rule.action, "\(rule.action.rawValue) of rule \(number) for a condition of the pod") }
        }
        return (.count, "")
    }

    /// Whether the job is over, and when to ask again for want of time.
    func judge(_ state: JobState) -> (JobState.Verdict?, Timestamp?) {
        let spec = state.spec
        func failure(_ reason: String, _ message: String) -> (JobState.Verdict?, Timestamp?) {
            (JobState.Verdict(isSuccess: false, reason: reason, message: message), nil)
        }
        if let success = success(state) { return (success, nil) }
        let restarts = state.active.compactMap(observed).reduce(0) { $0 + $1.restarts }
        // The pods of OnFailure start their containers again by themselves; those starts count too.
        let isRestartedTooOften =
            spec.template.spec.restartPolicy == .onFailure && restarts > 0 && restarts >= Int(spec.backoffLimit)
        if state.tally.counted > Int(spec.backoffLimit) || isRestartedTooOften {
            return failure("BackoffLimitExceeded", "Job has reached the specified backoff limit")
        }
        if let most = spec.maxFailedIndexes, state.tally.failedIndexes.count > Int(most) {
            return failure("MaxFailedIndexesExceeded", "Job has exceeded the specified maximal number of failed indexes")
        }
        if let completions = spec.completions, !state.tally.failedIndexes.isEmpty,
            state.tally.succeeded + state.tally.failedIndexes.count >= Int(completions)
        {
            return failure("FailedIndexes", "Job has failed indexes")
        }
        guard let limit = spec.activeDeadlineSeconds, let startedAt = state.times.startedAt, spec.suspend != true else {
            return (nil, nil)
        }
        let rest = now.remaining(of: .seconds(limit), since: startedAt)
        if rest > .zero { return (nil, now.advanced(by: rest)) }
        return failure("DeadlineExceeded", "Job was active longer than specified deadline")
    }

    private func success(_ state: JobState) -> JobState.Verdict? {
        func verdict(_ reason: String, _ message: String) -> JobState.Verdict {
            JobState.Verdict(isSuccess: true, reason: reason, message: message)
        }
        for (number, rule) in (state.spec.successPolicy?.rules ?? []).enumerated() {
            let chosen = rule.succeededIndexes.flatMap { CompletionIndexes($0) }
            let done = chosen.map { state.tally.completedIndexes.count(in: $0) } ?? state.tally.completedIndexes.count
            let needed = rule.succeededCount.map { Int($0) } ?? chosen?.count ?? .max
            if done >= needed { return verdict("SuccessPolicy", "Matched rules at index \(number)") }
        }
        guard let completions = state.spec.completions else {
            guard state.tally.succeeded > 0, state.active.isEmpty else { return nil }
            return verdict("CompletionsReached", "Reached expected number of succeeded pods")
        }
        guard state.tally.succeeded >= Int(completions) else { return nil }
        return verdict("CompletionsReached", "Reached expected number of succeeded pods")
    }
}
