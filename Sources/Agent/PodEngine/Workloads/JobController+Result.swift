import Linux
import PodSpec

extension JobController {
    private static let completionIndex = "batch.kubernetes.io/job-completion-index"

    /// The pods that are wanted, those included that have ended.
    package func wanted(_ state: JobState, file: String) -> [DesiredPod] {
        state.runs.map { run in
            state.mold.pod(run.name, uid: run.uid, for: owner, file: file) { pod in
                for prefix in ["", "batch.kubernetes.io/"] {
                    pod.metadata.labels["\(prefix)job-name"] = owner.name
                    pod.metadata.labels["\(prefix)controller-uid"] = owner.uid
                }
                if let index = run.index { mark(&pod, index, state) }
            }
        }
    }

    /// What tells the pod of an index which one it is.
    private func mark(_ pod: inout Pod, _ index: Int, _ state: JobState) {
        pod.metadata.labels[Self.completionIndex] = "\(index)"
        pod.metadata.annotations[Self.completionIndex] = "\(index)"
        pod.spec.hostname = "\(owner.name)-\(index)"
        let source = EnvVar.Source(fieldRef: EnvVar.FieldReference(fieldPath: "metadata.labels['\(Self.completionIndex)']"))
        let variable = EnvVar(name: "JOB_COMPLETION_INDEX", from: source)
        func add(to containers: inout [Container]) {
            for place in containers.indices where !containers[place].env.contains(where: { $0.name == variable.name }) {
                containers[place].env.append(variable)
            }
        }
        add(to: &pod.spec.initContainers)
        add(to: &pod.spec.containers)
    }

    package func status(_ state: JobState) -> JobStatus {
        var status = JobStatus()
        let active = state.active
        status.active = Int32(clamping: active.count)
        status.ready = Int32(clamping: active.compactMap(observed).filter { $0.readySince != nil }.count)
        status.terminating = Int32(clamping: terminating(state).count)
        status.succeeded = Int32(clamping: state.tally.succeeded)
        status.failed = Int32(clamping: state.tally.failed)
        if state.spec.completionMode == .indexed {
            status.completedIndexes = "\(state.tally.completedIndexes)"
            if state.spec.backoffLimitPerIndex != nil { status.failedIndexes = "\(state.tally.failedIndexes)" }
        }
        status.startTime = state.times.startedAt?.rfc3339Seconds
        if state.hasSucceeded == true { status.completionTime = state.times.finishedAt?.rfc3339Seconds }
        status.conditions = state.conditions
        status.warnings = state.mold.warnings
        return status
    }
}
