import Linux
import PodSpec

extension PodSnapshot {
    /// A pod as its life stands.
    init(
        _ desired: DesiredPod,
        _ lifecycle: PodLifecycle,
        _ paths: PodPaths,
        node: EngineConfiguration.Node
    ) {
        let builder = StatusBuilder(pod: desired.pod, lifecycle: lifecycle, node: node, warnings: desired.warnings)
        self.desired = desired
        pod = desired.pod
        pod.status = builder.status()
        pod.metadata.generation = lifecycle.generation
        pod.metadata.creationTimestamp = lifecycle.startTime.rfc3339Seconds
        if let since = lifecycle.stoppedAt {
            let grace = desired.pod.spec.terminationGracePeriodSeconds
            // As the API has it: when the grace period will be over.
            pod.metadata.deletionTimestamp = since.advanced(by: .seconds(grace)).rfc3339Seconds
            pod.metadata.deletionGracePeriodSeconds = grace
        }
        file = desired.file
        events = lifecycle.events.entries
        isTerminating = lifecycle.goal == .stop
        isReleased = lifecycle.release.isReady
        containers = lifecycle.containers.map { container in
            // One that waits for its next attempt is still known by the last.
            let waits = container.process == nil && !container.hasEnded && container.attempt > 0
            let attempt = waits && !container.isAlive ? container.attempt - 1 : container.attempt
            let current = paths.container(container.name, attempt)
            return ContainerSnapshot(
                name: container.name,
                attempt: attempt,
                id: current.id,
                pid: container.process?.pid,
                logPath: current.log,
                previousLogPath: attempt > 0 ? paths.container(container.name, attempt - 1).log : nil,
                pull: container.pull
            )
        }
    }
}

extension ContainerLifecycle {
    fileprivate var hasEnded: Bool {
        if case .ended = stage { return true }
        return false
    }
}
