import Linux

/// The process that pods with `shareProcessNamespace` have beside their containers, and without which those cannot be.
extension PodLifecycle {
    /// Whether its end is to be waited for.
    func stepsToWatchInit() -> [PodStep] {
        guard sandbox.isReady, let initAttempt else { return [] }
        return [.watchInit(attempt: initAttempt)]
    }

    mutating func handleInit(_ event: PodEvent, at now: Moment) {
        switch event {
        case .initStarted(let attempt):
            initAttempt = attempt
        case .initEnded(let attempt):
            underWay.remove(.watchInit(attempt: attempt))
            guard initAttempt == attempt else { return }
            initAttempt = nil
            guard goal == .run, !isFinished else { return }
            // The kernel ends every process of the namespace with its first one: the containers' own ends are on their way.
            sandbox = .needed
            events.note(.warning, .sandboxChanged, "Pod sandbox changed, it will be killed and re-created.", at: now.wall)
            for index in containers.indices where containers[index].shape.role == .initial {
                containers[index].beginAgain()
            }
        default:
            preconditionFailure("not an event of a pod's init: \(event)")
        }
    }
}
