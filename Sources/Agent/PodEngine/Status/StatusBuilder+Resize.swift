import Linux
import PodSpec

extension StatusBuilder {
    /// `PodResizePending` and `PodResizeInProgress`, which are there only while they are true.
    var resizeConditions: [Pod.Condition] {
        let resizing = lifecycle.resizing
        if lifecycle.isFinished { return [] }
        if let refusal = resizing.refusal {
            return [condition("PodResizePending", refusal.reason.rawValue, refusal.message)]
        }
        if let failure = resizing.step.failure { return [condition("PodResizeInProgress", "Error", failure.message)] }
        if resizing.applied != lifecycle.shape.allocation { return [condition("PodResizeInProgress", nil, nil)] }
        return []
    }

    private func condition(_ type: String, _ reason: String?, _ message: String?) -> Pod.Condition {
        var condition = Pod.Condition(
            type: type,
            status: true,
            lastTransitionTime: lifecycle.resizing.since?.rfc3339Seconds
        )
        condition.reason = reason
        condition.message = message
        return condition
    }

    /// What a container has been granted, and what its cgroup has.
    func fillResources(_ status: inout ContainerStatus) {
        status.allocatedResources = lifecycle.resizing.granted.containers[status.name]?.requests ?? [:]
        guard let applied = lifecycle.resizing.applied.containers[status.name], applied != ResourceRequirements() else {
            return
        }
        status.resources = applied
    }
}
