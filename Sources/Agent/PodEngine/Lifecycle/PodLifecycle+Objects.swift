import Linux

/// What follows the objects that a pod refers to (ConfigMaps, Secrets, claims) and what is said about the pod itself.
extension PodLifecycle {
    /// Something that the pod may refer to is another, new, or gone: what waits for an object is tried at once, and files that
    /// are made of objects are brought up to date. Nothing that runs is touched.
    mutating func followObjects() {
        // What is under way may have read them before they changed.
        staleSteps.formUnion(underWay.filter(\.readsObjects))
        if volumes.failure?.awaitsObjects ?? false { volumes = .needed }
        for index in containers.indices {
            if case .blocked(let failure, _) = containers[index].stage, failure.awaitsObjects {
                containers[index].stage = .idle
            }
        }
        if sandbox.failure?.awaitsObjects ?? false { sandbox = .needed }
        if shape.hasPullSecrets { retryPulls() }
        if shape.followsObjects, volumes.isReady { objectFiles = .needed }
    }

    /// The registry may let the pod in with the Secrets that there are now.
    private mutating func retryPulls() {
        for index in containers.indices {
            if case .failed(let failure, _) = containers[index].image, failure.reason == .errImagePull {
                containers[index].image = .needed
            }
        }
        for index in volumeImages.indices where volumeImages[index].failure?.reason == .errImagePull {
            volumeImages[index].image = .needed
        }
    }

    mutating func handleObjects(_ event: PodEvent, at now: Moment) {
        underWay.remove(.updateVolumes)
        let isStale = staleSteps.remove(.updateVolumes) != nil
        switch event {
        case .volumesUpdated:
            retries.objectFiles.reset()
            objectFiles = isStale ? .needed : .ready(Present())
        case .volumesNotUpdated(let failure):
            objectFiles = .failed(failure, retryAt: retryTime(failure, isStale, &retries.objectFiles, at: now))
            events.note(.warning, failure.reason, failure.message, at: now.wall)
        default:
            preconditionFailure("not an event of objects: \(event)")
        }
    }

    /// When a step is tried again that has failed: one that waits for an object when that is there, and not before.
    func retryTime(_ failure: StepFailure, _ isStale: Bool, _ backoff: inout Backoff, at now: Moment) -> Monotonic {
        guard failure.awaitsObjects else { return backoff.next(after: now.uptime) }
        return isStale ? now.uptime : .never
    }

    func stepsToFollowObjects(at now: Moment) -> [PodStep] {
        volumes.isReady && !isFinished && objectFiles.isDue(at: now.uptime) ? [.updateVolumes] : []
    }
}

extension PodStep {
    /// Whether it looks at objects beside the pod.
    fileprivate var readsObjects: Bool {
        switch self {
        case .start, .prepareSandbox, .prepareVolumes, .updateVolumes: true
        default: false
        }
    }
}

extension Monotonic {
    /// Not by time: by an event only.
    static let never = Monotonic(nanoseconds: .max)
}
