import Linux

/// A pod that has become another one, as much as its lifecycle depends on it.
public struct PodUpdate: Sendable, Hashable {
    public var shape: PodShape
    /// Containers that start anew, with what of them has changed.
    public var restarts: [String: String]

    public init(shape: PodShape, restarts: [String: String] = [:]) {
        self.shape = shape
        self.restarts = restarts
    }
}

extension PodLifecycle {
    /// The pod is written down anew before anything else is begun; where that is under way with the old words, once more
    /// after it.
    mutating func writeDownAgain() {
        if record.isReady { record = .needed } else { isRecordStale = true }
    }

    /// Goes on as the pod of a changed manifest, which has the same containers. Nothing of it takes effect before it is
    /// written down.
    mutating func follow(_ update: PodUpdate, at now: Moment) {
        let wanted = update.shape.allocation
        if wanted != shape.allocation { resizing.want(wanted, at: now) }
        shape = update.shape
        generation += 1
        // Nothing runs any more to which it could be given.
        if isFinished { resizing.settle(wanted) }
        containers = update.shape.containers.map { shape in
            guard var container = containers.first(where: { $0.name == shape.name }) else {
                preconditionFailure("a pod with other containers is another pod")
            }
            container.follow(shape)
            if let change = update.restarts[shape.name] {
                container.beginAnew()
                let message = "Container \(shape.name) definition changed (\(change)), will be restarted"
                events.note(.normal, .killing, message, container: shape.name, at: now.wall)
            }
            return container
        }
        setActiveDeadline(at: now)
        writeDownAgain()
        needsSave = true
    }
}

extension ContainerLifecycle {
    /// Whether the attempt that is under way, or was the last, is of a spec that is not wanted any more.
    public var isOutdated: Bool { outdatedAttempt.map { attempt <= $0 } ?? false }

    /// Takes another shape; the attempt that is under way keeps what it was started with.
    mutating func follow(_ shape: ContainerShape) {
        if shape.image != self.shape.image {
            image = .needed
            pull = nil
            pulls.reset()
        }
        self.shape = shape
    }

    /// Has the container start anew: no attempt of the spec that there is now has failed, so nothing is waited for.
    mutating func beginAnew() {
        crashes.reset()
        pulls.reset()
        makes.reset()
        switch stage {
        case .idle: break
        case .blocked, .backingOff:
            // This attempt has not run.
            stage = .idle
            image = .needed
        case .starting, .postStarting, .running, .stopping: outdatedAttempt = attempt
        case .ended(let termination):
            outdatedAttempt = attempt
            replace(after: termination)
        }
        if case .failed = image { image = .needed }
    }

    /// Goes from an attempt that is outdated to the next one, which is due at once.
    mutating func replace(after termination: ContainerTermination?) {
        if let termination { previous = termination }
        attempt += 1
        kill = nil
        image = .needed
        stage = .idle
        crashes.reset()
        makes.reset()
    }

    /// Notes an end that was found when the pod was taken over.
    mutating func conclude(with termination: ContainerTermination, at now: Moment) {
        if isOutdated { replace(after: termination) } else { end(with: termination, restarts: true, at: now) }
    }
}
