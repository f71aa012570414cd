import AgentAPI
import PodEngine
import PodSpec

/// What manifests would do to the pods that there are: the plan that the workers follow, for people. Nothing is done.
struct PodDiffing {
    let store: PodStore

    func diff(_ request: PodDiffRequest) -> PodDiff {
        var plans: [PodKey: PodPlan] = [:]
        var problems: [ManifestNotice] = []
        for manifest in request.manifests {
            let result = ManifestFile.decode(Array(manifest.text.utf8), name: manifest.file)
            problems += result.problems.map(ManifestNotice.init)
            for decoded in result.pods {
                // The agent takes the first file that names a pod.
                guard plans[decoded.name] == nil else { continue }
                plans[decoded.name] = plan(decoded, manifest.file)
            }
        }
        if request.prune == true, problems.isEmpty {
            for pod in store.pods where plans[pod.key] == nil {
                plans[pod.key] = PodPlan(namespace: pod.key.namespace, name: pod.key.name, action: .remove)
            }
        }
        let ordered = plans.sorted { $0.key < $1.key }.map(\.value)
        return PodDiff(pods: ordered, problems: problems)
    }

    private func plan(_ decoded: DecodedPod, _ file: String) -> PodPlan {
        var result = PodPlan(namespace: decoded.name.namespace, name: decoded.name.name, action: .create)
        guard let running = store[decoded.name], !running.isTerminating else { return result }
        var wanted = DesiredPod(
            pod: decoded.pod,
            warnings: decoded.warnings,
            fingerprint: decoded.fingerprint,
            file: file
        )
        wanted.hasGivenUID = decoded.hasGivenUID
        let plan = wanted.settled(after: running.desired).plan(from: running.desired)
        let phase = running.pod.status?.phase
        let hasFinished = phase == .succeeded || phase == .failed
        if plan.reasonToReplace(hasFinished: hasFinished) != nil {
            result.action = .recreate
        } else if !plan.restarts.isEmpty || !plan.resizes.isEmpty {
            result.action = .update
        } else {
            result.action = plan.isEmpty ? .none : .describe
        }
        result.changes += plan.recreations.map { PodPlan.Change($0, .recreate) }
        for (name, changes) in plan.restarts.sorted(by: { $0.key < $1.key }) {
            result.changes += changes.map { PodPlan.Change($0, .restart, container: name) }
        }
        result.changes += plan.resizes.map { PodPlan.Change($0, .resize) }
        result.changes += plan.described.map { PodPlan.Change($0, .describe) }
        return result
    }
}

extension PodPlan.Change {
    fileprivate init(_ change: FieldChange, _ effect: Effect, container: String? = nil) {
        self.init(effect: effect, container: container, path: change.path, from: change.from, to: change.to)
    }
}
