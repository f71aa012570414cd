import Linux
import PodSpec

/// The status of a pod as the API shows it, from the state of its life and nothing else.
package struct StatusBuilder {
    let pod: Pod
    let lifecycle: PodLifecycle
    let node: EngineConfiguration.Node
    /// What of the manifest is not served.
    let warnings: [String]

    package init(pod: Pod, lifecycle: PodLifecycle, node: EngineConfiguration.Node, warnings: [String]) {
        self.pod = pod
        self.lifecycle = lifecycle
        self.node = node
        self.warnings = warnings
    }

    package func status() -> Pod.Status {
        var status = Pod.Status(phase: lifecycle.phase)
        status.conditions = lifecycle.conditions.types.compactMap(condition) + resizeConditions
        let observed = lifecycle.observedGeneration > 0 ? lifecycle.observedGeneration : nil
        for index in status.conditions.indices { status.conditions[index].observedGeneration = observed }
        status.observedGeneration = observed
        (status.reason, status.message) = reason
        status.hostIP = node.addresses.first
        status.hostIPs = node.addresses.map { Pod.IP(ip: $0) }
        let addresses = (pod.spec.hostNetwork ?? false) ? node.addresses : lifecycle.addresses
        // One that has finished is known by the addresses that it had.
        if lifecycle.sandbox.isReady || lifecycle.isFinished {
            status.podIP = addresses.first
            status.podIPs = addresses.map { Pod.IP(ip: $0) }
        }
        status.startTime = lifecycle.startTime.rfc3339Seconds
        status.initContainerStatuses = statuses(of: [.initial, .sidecar])
        status.containerStatuses = statuses(of: [.main])
        status.qosClass = pod.effectiveQualityOfService
        status.warnings = warnings
        return status
    }

    /// What keeps the pod as a whole.
    private var reason: (String?, String?) {
        if lifecycle.goal == .stop {
            let failure = lifecycle.removal.failure
            return (PodReason.terminating.rawValue, failure?.message)
        }
        // As long as anything of it runs, its phase is not Failed yet.
        if let verdict = lifecycle.verdict, lifecycle.isFinished { return (verdict.reason.rawValue, verdict.message) }
        let failure = trouble
        return (failure?.reason.rawValue, failure?.message)
    }

    /// What keeps the pod as a whole from running.
    private var trouble: StepFailure? {
        if lifecycle.isHeldBack { return lifecycle.holdBack }
        return lifecycle.record.failure ?? lifecycle.sandbox.failure ?? lifecycle.volumes.failure
    }

    private func condition(_ type: String) -> Pod.Condition? {
        guard let known = lifecycle.conditions[type] else { return nil }
        var condition = Pod.Condition(
            type: type,
            status: known.isTrue,
            lastTransitionTime: known.since.rfc3339Seconds
        )
        condition.reason = known.reason
        condition.message = known.message
        return condition
    }

    private func statuses(of roles: Set<ContainerShape.Role>) -> [ContainerStatus] {
        lifecycle.containers.filter { roles.contains($0.shape.role) }.map(status(of:))
    }

    private func status(of container: ContainerLifecycle) -> ContainerStatus {
        var status = ContainerStatus(
            name: container.name,
            image: container.lastImage?.reference ?? container.shape.image.reference,
            state: state(of: container)
        )
        status.imageID = container.lastImage?.identifier ?? ""
        status.stopSignal = pod.spec.container(named: container.name)?.lifecycle?.stopSignal
        status.restartCount = Int32(clamping: container.attempt)
        if let previous = container.previous {
            status.lastState = .terminated(terminated(previous, container, attempt: container.attempt - 1))
        }
        switch container.stage {
        case .postStarting, .running, .stopping, .ended:
            status.containerID = identifier(container, attempt: container.attempt)
        case .idle, .starting, .blocked, .backingOff:
            if container.attempt > 0 { status.containerID = identifier(container, attempt: container.attempt - 1) }
        }
        status.started = container.hasStarted
        fillResources(&status)
        // An init container is ready when it has done its work.
        status.ready = container.shape.role == .initial ? container.hasSucceeded : container.isReady
        return status
    }

    private func state(of container: ContainerLifecycle) -> ContainerState {
        switch container.stage {
        case .running(let process), .stopping(let process, _, _):
            return .running(startedAt: process.startedAt.rfc3339Seconds)
        case .ended(let termination):
            return .terminated(terminated(termination, container, attempt: container.attempt))
        case .blocked(let failure, _):
            return .waiting(reason: failure.reason.rawValue, message: failure.message)
        case .backingOff:
            return .waiting(reason: PodReason.crashLoopBackOff.rawValue, message: crashMessage(container))
        // It is not told to run before its postStart hook has ended.
        case .idle, .starting, .postStarting:
            return waiting(container)
        }
    }

    /// Why a container that could start has not: the pod's trouble first, then its image's.
    private func waiting(_ container: ContainerLifecycle) -> ContainerState {
        if let failure = trouble {
            return .waiting(reason: failure.reason.rawValue, message: failure.message)
        }
        let comesLater = container.shape.role == .main && !lifecycle.isInitialized
        if case .failed(let failure, _) = container.image, !comesLater {
            return waiting(failure, container.shape.image)
        }
        for volume in lifecycle.volumeImages(of: container.shape) where !comesLater {
            if let failure = volume.failure { return waiting(failure, volume.request) }
        }
        // On its way to the next attempt at a command that could not be run.
        if let previous = container.previous, previous.reason == .startError {
            return .waiting(reason: PodReason.runContainerError.rawValue, message: previous.message)
        }
        return .waiting(reason: (!lifecycle.isInitialized ? PodReason.podInitializing : .containerCreating).rawValue)
    }

    /// What became of the latest try to get an image, between two of them.
    private func waiting(_ failure: StepFailure, _ image: ImageRequest) -> ContainerState {
        guard failure.reason == .errImagePull || failure.reason == .signatureValidationFailed else {
            return .waiting(reason: failure.reason.rawValue, message: failure.message)
        }
        return .waiting(
            reason: PodReason.imagePullBackOff.rawValue,
            message: "Back-off pulling image \"\(image.reference)\": \(failure.reason.rawValue): \(failure.message)"
        )
    }

    private func crashMessage(_ container: ContainerLifecycle) -> String {
        let key = lifecycle.shape.key
        let wait = container.crashes.wait / .seconds(1)
        return "back-off \(Int(wait))s restarting failed container=\(container.name) "
            + "pod=\(key.name)_\(key.namespace)(\(lifecycle.shape.uid))"
    }

    private func terminated(
        _ termination: ContainerTermination,
        _ container: ContainerLifecycle,
        attempt: Int
    ) -> ContainerState.Terminated {
        var state = ContainerState.Terminated(exitCode: termination.exitCode, reason: termination.reason.rawValue)
        state.signal = termination.signal
        state.message = termination.message
        state.startedAt = termination.startedAt?.rfc3339Seconds
        state.finishedAt = termination.finishedAt.rfc3339Seconds
        state.containerID = identifier(container, attempt: attempt)
        return state
    }

    private func identifier(_ container: ContainerLifecycle, attempt: Int) -> String {
        "swiftlet://\(lifecycle.shape.uid)_\(container.name)_\(attempt)"
    }
}
