import Linux
import PodSpec

/// Keeps so many pods, and replaces them when their template changes. A value: what is remembered and what is seen in, what
/// is to be remembered out; the pods that are wanted are those that are remembered.
package struct ReplicaController: Sendable {
    package let plan: ReplicaPlan
    package let owner: PodOwner
    /// The template that is wanted now.
    package let mold: PodMold
    package let hash: String
    /// All pods of the owner, those included that are going.
    let pods: [String: ObservedPod]
    let circumstances: WorkloadCircumstances

    private var now: Timestamp { circumstances.now }

    package init(
        _ plan: ReplicaPlan,
        owner: PodOwner,
        mold: PodMold,
        template: String,
        in circumstances: WorkloadCircumstances
    ) {
        self.plan = plan
        self.owner = owner
        self.mold = mold
        hash = PodNames.hash(template)
        self.circumstances = circumstances
        pods = circumstances.pods(of: owner.uid)
    }

    /// Takes the next step. Answers when to look again if nothing happens.
    package func reconcile(_ state: inout ReplicaState, _ events: inout PodEventLog) -> Timestamp? {
        settleRevision(&state, &events)
        var deadlines = noteEnds(&state)
        move(&state, &events)
        let kept = Set(state.replicas.map(\.revision) + state.revisions.suffix(1).map(\.hash))
        state.revisions.removeAll { !kept.contains($0.hash) }
        deadlines += noteProgress(&state)
        deadlines += state.replicas.compactMap { replica in
            guard let since = readySince(replica), plan.minReady > .zero else { return nil }
            let rest = now.remaining(of: plan.minReady, since: since)
            return rest > .zero ? now.advanced(by: rest) : nil
        }
        return deadlines.min()
    }

    /// The revision that pods are made of: while paused, that of the last one that was rolled out.
    private func current(_ state: ReplicaState) -> String {
        plan.isPaused ? state.revisions.last?.hash ?? hash : hash
    }

    private func settleRevision(_ state: inout ReplicaState, _ events: inout PodEventLog) {
        if plan.isPaused, !state.revisions.isEmpty { return }
        let next = (state.revisions.map(\.number).max() ?? 0) + 1
        if let index = state.revisions.firstIndex(where: { $0.hash == hash }) {
            if index == state.revisions.count - 1 { return }
            // Back to an earlier one, whose pods are still there.
            var revision = state.revisions.remove(at: index)
            revision.number = next
            state.revisions.append(revision)
        } else {
            state.revisions.append(ReplicaState.Revision(hash: hash, number: next, mold: mold))
        }
        if next > 1 { events.note(.normal, .revisionChanged, "Revision \(next) (\(hash)) replaces the one before", at: now) }
    }

    // MARK: What is there

    private func observed(_ replica: ReplicaState.Replica) -> ObservedPod? {
        pods[replica.name].flatMap { $0.uid == replica.uid && !$0.isTerminating ? $0 : nil }
    }

    func readySince(_ replica: ReplicaState.Replica) -> Timestamp? { observed(replica)?.readySince }

    func isAvailable(_ replica: ReplicaState.Replica) -> Bool {
        guard let since = readySince(replica) else { return false }
        return plan.minReady == .zero || now.remaining(of: plan.minReady, since: since) == .zero
    }

    /// Pods that are not wanted any more and not gone yet.
    func terminating(_ state: ReplicaState) -> [ObservedPod] {
        let known = Set(state.replicas.map(\.uid))
        return pods.values.filter { !known.contains($0.uid) }
    }

    /// Pods that count: all but those that have ended.
    func active(_ state: ReplicaState) -> [ReplicaState.Replica] { state.replicas.filter { $0.failedAt == nil } }

    func isCurrent(_ replica: ReplicaState.Replica, _ state: ReplicaState) -> Bool {
        plan.replacement == .never || replica.revision == current(state)
    }

    // MARK: What changes

    /// Pods that have ended (evicted, say) make room, after a back-off: what ended one will end the next.
    private func noteEnds(_ state: inout ReplicaState) -> [Timestamp] {
        for index in state.replicas.indices {
            guard state.replicas[index].failedAt == nil, let pod = observed(state.replicas[index]), pod.hasEnded else {
                continue
            }
            state.replicas[index].failedAt = now
            state.failures += 1
        }
        let delay = Duration.seconds(Self.replacementDelay << min(5, max(0, state.failures - 1)))
        var deadlines: [Timestamp] = []
        state.replicas.removeAll { replica in
            guard let failedAt = replica.failedAt else { return false }
            let rest = now.remaining(of: min(delay, .seconds(300)), since: failedAt)
            if rest > .zero { deadlines.append(now.advanced(by: rest)) }
            return rest == .zero
        }
        return deadlines
    }

    /// Seconds after which the first pod that ended is replaced.
    private static let replacementDelay: Int64 = 10

    private func move(_ state: inout ReplicaState, _ events: inout PodEventLog) {
        switch plan.replacement {
        case .recreate where !plan.isPaused:
            let hash = current(state)
            remove(state.replicas.filter { $0.revision != hash }, &state, &events)
            // The old ones are to be gone: that is what it is asked for.
            let isClear = terminating(state).allSatisfy { $0.labels[owner.kind.hashLabel] == hash }
            if isClear { scale(to: plan.desired, room: .max, &state, &events) } else { shrink(&state, &events) }
        case .rolling(let surge, let unavailable) where !plan.isPaused:
            roll(surge: surge, unavailable: unavailable, &state, &events)
        case .never, .recreate, .rolling:
            let going = plan.countsTerminating ? terminating(state).count : 0
            scale(to: plan.desired, room: plan.desired - state.replicas.count - going, &state, &events)
        }
    }

    /// The steps of the Deployment controller: new ones as far as the surge allows, then old ones as far as enough are left.
    private func roll(surge: Int, unavailable: Int, _ state: inout ReplicaState, _ events: inout PodEventLog) {
        let going = plan.countsTerminating ? terminating(state).count : 0
        // Those that have ended count here: their successors wait for the back-off.
        scale(to: plan.desired, room: plan.desired + surge - state.replicas.count - going, &state, &events)

        let hash = current(state)
        let all = active(state)
        let fresh = all.filter { $0.revision == hash }
        let least = plan.desired - unavailable
        let unavailableFresh = fresh.filter { !isAvailable($0) }.count
        var most = all.count - least - unavailableFresh
        guard most > 0 else { return }
        var leaving: [ReplicaState.Replica] = []
        // Those that serve nobody go first, and cost nothing.
        for replica in order(all.filter { $0.revision != hash && !isAvailable($0) }) where most > 0 {
            leaving.append(replica)
            most -= 1
        }
        var spare = all.filter(isAvailable).count - least
        for replica in order(all.filter { $0.revision != hash && isAvailable($0) }) where spare > 0 {
            leaving.append(replica)
            spare -= 1
        }
        let failed = state.replicas.filter { $0.failedAt != nil && $0.revision != hash }
        remove(leaving + failed, &state, &events)
    }

    /// As many pods of the current revision as are wanted, and no more new ones than there is room for.
    private func scale(to desired: Int, room: Int, _ state: inout ReplicaState, _ events: inout PodEventLog) {
        let fresh = state.replicas.filter { isCurrent($0, state) }
        for _ in 0..<max(0, min(desired - fresh.count, room)) { create(&state, &events) }
        shrink(&state, &events)
    }

    private func shrink(_ state: inout ReplicaState, _ events: inout PodEventLog) {
        let fresh = state.replicas.filter { isCurrent($0, state) || plan.isPaused }
        let excess = fresh.count - plan.desired
        if excess > 0 { remove(Array(order(fresh).prefix(excess)), &state, &events) }
    }

    /// Whom to miss least: the ended, those that do not serve, those of old revisions, the youngest.
    private func order(_ replicas: [ReplicaState.Replica]) -> [ReplicaState.Replica] {
        func rank(_ replica: ReplicaState.Replica) -> (Int, Int64, String) {
            let standing = replica.failedAt != nil ? 0 : readySince(replica) == nil ? 1 : isAvailable(replica) ? 3 : 2
            return (standing, -replica.createdAt.nanosecondsSinceEpoch, replica.name)
        }
        return replicas.sorted { rank($0) < rank($1) }
    }

    private func create(_ state: inout ReplicaState, _ events: inout PodEventLog) {
        let revision = current(state)
        let base = owner.kind == .deployment ? "\(owner.name)-\(revision)" : owner.name
        let known = Set(state.replicas.map(\.name))
        let name = circumstances.names.name(base) { known.contains($0) || circumstances.isTaken($0, owner.namespace) }
        let uid = PodIdentity.uid(namespace: owner.namespace, name: name, fingerprint: "\(owner.uid) \(now)")
        state.replicas.append(
            ReplicaState.Replica(name: name, uid: uid, revision: revision, createdAt: now, failedAt: nil)
        )
        events.note(.normal, .successfulCreate, "Created pod: \(name)", at: now)
    }

    private func remove(
        _ leaving: [ReplicaState.Replica],
        _ state: inout ReplicaState,
        _ events: inout PodEventLog
    ) {
        let names = Set(leaving.map(\.name))
        state.replicas.removeAll { names.contains($0.name) }
        for name in leaving.map(\.name) { events.note(.normal, .successfulDelete, "Deleted pod: \(name)", at: now) }
    }

    // MARK: What comes of it

    /// The pods that are wanted.
    package func wanted(_ state: ReplicaState, file: String) -> [DesiredPod] {
        state.replicas.compactMap { replica in
            guard let revision = state.revision(replica.revision) else { return nil }
            return revision.mold.pod(replica.name, uid: replica.uid, for: owner, file: file) { pod in
                guard owner.kind != .replicaSet else { return }
                pod.metadata.labels[owner.kind.hashLabel] = replica.revision
                if owner.kind == .daemonSet {
                    pod.metadata.labels["pod-template-generation"] = "\(revision.number)"
                }
            }
        }
    }
}

extension WorkloadKind {
    /// The label that tells pods of one template from those of another.
    var hashLabel: String { self == .daemonSet ? "controller-revision-hash" : "pod-template-hash" }
}
