import PodSpec

/// The kubelet's rules (`getPhase`), and its rule that a pod has not ended while anything of it runs.
extension PodLifecycle {
    package var phase: Pod.Phase {
        let isAlive = containers.contains(where: \.isAlive)
        if verdict != nil, !isAlive { return .failed }
        if hasFailedInitialization { return isAlive ? .pending : .failed }
        if !isInitialized { return .pending }
        var running = containers.contains { $0.shape.role == .sidecar && $0.process != nil }
        var isOver = true
        var hasStopped = false
        var hasSucceeded = true
        for container in containers where container.shape.role == .main {
            switch container.stage {
            case .running, .stopping:
                running = true
            case .ended(let termination):
                hasStopped = true
                // One that has only been ended with its pod would run again.
                isOver = isOver && !container.shape.restarts(after: termination.exitCode)
                hasSucceeded = hasSucceeded && termination.exitCode == 0
            case .idle, .starting, .postStarting, .blocked, .backingOff:
                // One that has run before is between two runs, not at its beginning.
                if container.previous == nil { return .pending }
                hasStopped = true
                isOver = false
            }
        }
        if running { return .running }
        guard hasStopped else { return .pending }
        guard isOver else { return .running }
        return hasSucceeded ? .succeeded : .failed
    }
}
