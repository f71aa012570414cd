import Linux
import PodSpec

/// Conditions by the kubelet's rules (`pkg/kubelet/status/generate.go`).
extension PodLifecycle {
    /// Why a condition does not hold, or a word about one that does.
    private struct Finding {
        var isTrue: Bool
        var reason: String?
        var message: String?
    }

    mutating func refreshConditions(at time: Timestamp) {
        let phase = phase
        set(.podScheduled, Finding(isTrue: true), at: time)
        let failure = sandbox.failure
        set(
            .podReadyToStartContainers,
            Finding(isTrue: sandbox.isReady, reason: failure?.reason.rawValue, message: failure?.message),
            at: time
        )
        set(.initialized, initialized(phase), at: time)
        for (type, isTrue) in declared { conditions.set(type, isTrue, at: time) }
        for type in conditions.types where PodConditions.Kind(rawValue: type) == nil && declared[type] == nil {
            conditions.remove(type)
        }
        if isRestartingAll {
            set(.allContainersRestarting, Finding(isTrue: true, reason: "ContainersRestarting"), at: time)
        } else {
            conditions.remove(PodConditions.Kind.allContainersRestarting.rawValue)
        }
        if let verdict, verdict.isDisruption {
            let finding = Finding(isTrue: true, reason: "TerminationByKubelet", message: verdict.message)
            set(.disruptionTarget, finding, at: time)
        }
        let containersReady = containersReady(phase)
        let changes = [
            set(.containersReady, containersReady, at: time),
            set(.ready, containersReady.isTrue ? openGates : containersReady, at: time),
        ]
        // Since when a pod serves is to outlive the agent; the others change with what is written down anyway, as this does
        // while the pod is ended.
        if changes.contains(true), goal == .run { needsSave = true }
    }

    @discardableResult
    private mutating func set(_ kind: PodConditions.Kind, _ finding: Finding, at time: Timestamp) -> Bool {
        conditions.set(kind.rawValue, finding.isTrue, reason: finding.reason, message: finding.message, at: time)
    }

    private func initialized(_ phase: Pod.Phase) -> Finding {
        if phase == .succeeded { return Finding(isTrue: true, reason: "PodCompleted") }
        // What has begun once is not undone by a sidecar that starts anew.
        if hasInitialized { return Finding(isTrue: true) }
        let incomplete = containers.filter(\.holdsInitialization).map(\.name)
        if incomplete.isEmpty { return Finding(isTrue: true) }
        let message = "containers with incomplete status: [\(incomplete.joined(separator: " "))]"
        return Finding(isTrue: false, reason: "ContainersNotInitialized", message: message)
    }

    private func containersReady(_ phase: Pod.Phase) -> Finding {
        if phase == .succeeded { return Finding(isTrue: false, reason: "PodCompleted") }
        if phase == .failed { return Finding(isTrue: false, reason: "PodFailed") }
        let unready = containers.filter { $0.shape.role != .initial && !$0.isReady }.map(\.name)
        if unready.isEmpty { return Finding(isTrue: true) }
        let message = "containers with unready status: [\(unready.joined(separator: " "))]"
        return Finding(isTrue: false, reason: "ContainersNotReady", message: message)
    }

    /// What the readiness gates say of a pod whose containers are ready.
    private var openGates: Finding {
        let messages = shape.readinessGates.compactMap { gate -> String? in
            guard let isTrue = declared[gate] else {
                return "corresponding condition of pod readiness gate \"\(gate)\" does not exist."
            }
            return isTrue ? nil : "the status of pod readiness gate \"\(gate)\" is not \"True\", but False"
        }
        if messages.isEmpty { return Finding(isTrue: true) }
        return Finding(isTrue: false, reason: "ReadinessGatesNotReady", message: messages.joined(separator: ", "))
    }
}

extension ContainerLifecycle {
    /// Whether an init container has not come so far that the next one may start.
    var holdsInitialization: Bool {
        switch shape.role {
        case .initial: !hasSucceeded
        case .sidecar: !hasStarted
        case .main: false
        }
    }
}
