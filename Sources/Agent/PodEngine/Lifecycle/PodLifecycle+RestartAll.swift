import Linux

/// The action `RestartAllContainers` of restart rules: one container has ended so that all begin anew, init containers first, in
/// the sandbox and with the volumes that there are.
extension PodLifecycle {
    /// Whether what ran before still does: until nothing of it is left, nothing begins.
    var waitsForRestart: Bool {
        isRestartingAll && containers.contains { $0.isAlive && $0.isOutdated }
    }

    /// Has all others begin anew after a container that has ended; that one itself waits for its back-off, as ever.
    mutating func restartAll(after index: Int, at now: Moment) {
        isRestartingAll = true
        hasInitialized = false
        let name = containers[index].name
        let message = "Container \(name) has ended, all containers will be restarted"
        events.note(.warning, .restartingAllContainers, message, container: name, at: now.wall)
        for other in containers.indices where other != index { containers[other].beginAnew() }
        // Which attempts are outdated is to outlive the agent.
        writeDownAgain()
    }

    /// Takes note that what was to begin anew has begun.
    mutating func noteRestart() {
        if isRestartingAll, isInitialized, !waitsForRestart { isRestartingAll = false }
    }
}
