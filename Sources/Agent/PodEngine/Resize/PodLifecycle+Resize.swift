import Linux

extension PodLifecycle {
    /// Whether figures are about to change: what starts now would start with old ones.
    var isResizing: Bool {
        if case .needed = resizing.step { return true }
        return underWay.contains(.resize)
    }

    /// A resize begins when nothing is about to begin or to end with the old figures.
    mutating func stepsToResize(at now: Moment) -> [PodStep] {
        guard resizing.step.isDue(at: now.uptime), !underWay.contains(.prepareSandbox) else { return [] }
        let isBusy = containers.contains { container in
            container.stage == .starting || container.isOutdated && container.isAlive
        }
        return isBusy ? [] : [.resize]
    }

    mutating func handleResize(_ event: PodEvent, at now: Moment) {
        underWay.remove(.resize)
        switch event {
        case .resized(let allocation):
            resizing.settle(allocation)
            events.note(.normal, .resizeCompleted, "Requests and limits are those of the manifest", at: now.wall)
            // The file has asked for something else meanwhile.
            if allocation != shape.allocation { resizing.want(shape.allocation, at: now) }
            writeDownAgain()
        case .resizeRefused(let refusal):
            if resizing.refusal != refusal { events.note(.warning, refusal.event, refusal.message, at: now.wall) }
            resizing.refusal = refusal
            resizing.step =
                refusal.reason == .infeasible
                ? .ready(Present()) : .failed(refusal, retryAt: resizing.backoff.next(after: now.uptime))
        case .resizeFailed(let allocation, let failure):
            resizing.granted = allocation
            resizing.refusal = nil
            resizing.step = .failed(failure, retryAt: resizing.backoff.next(after: now.uptime))
            events.note(.warning, failure.event, failure.message, at: now.wall)
        default:
            preconditionFailure("not an event of a resize: \(event)")
        }
        // What was judged is not what is wanted any more.
        if case .failed = resizing.step, resizing.granted == shape.allocation, resizing.applied == shape.allocation {
            resizing.settle(shape.allocation)
        }
    }
}

extension StepFailure {
    /// The reason of the event that tells of a resize that is not done, in the kubelet's words.
    fileprivate var event: PodReason {
        switch reason {
        case .infeasible: .resizeInfeasible
        case .deferred: .resizeDeferred
        default: .resizeError
        }
    }
}
