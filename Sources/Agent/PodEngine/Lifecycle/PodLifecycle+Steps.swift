import Linux

extension PodLifecycle {
    /// How long a container that has been sent SIGKILL may take before the pod's removal goes on without it.
    static let killPatience = Duration.seconds(10)

    /// What a container is given at least between the signal and SIGKILL after its hook, or those that it had to wait for, have
    /// eaten its grace period up: the kubelet's figure.
    static let leastGrace = Duration.seconds(2)

    /// What is to be begun now. Each step answered here counts as under way until its event is handled.
    public mutating func takeSteps(at now: Moment) -> [PodStep] {
        if goal == .run, record.isReady, let activeUntil, now.uptime >= activeUntil {
            let message = "Pod was active on the node longer than the specified deadline"
            fail(StepFailure(.deadlineExceeded, message), at: now)
        }
        var wanted: [PodStep] = []
        switch goal {
        case .run: wanted = stepsToRun(at: now)
        case .halt(let limit): wanted = stepsToEnd(within: min(shape.gracePeriod, limit), at: now)
        case .stop: wanted = stepsToStop(at: now)
        }
        // Before saving: since when it serves is written down too.
        refreshConditions(at: now.wall)
        // Before its record is there nothing of the pod can have run.
        if goal != .stop, record.isReady { wanted += stepsToSave(at: now) }
        if goal == .run, record.isReady, mayReleaseSandbox, !wanted.contains(.save), release.isDue(at: now.uptime) {
            wanted.append(.releaseSandbox)
        }
        return wanted.filter { underWay.insert($0).inserted }
    }

    private mutating func stepsToRun(at now: Moment) -> [PodStep] {
        // First it is written down, so that whatever follows is found again.
        guard record.isReady else { return record.isDue(at: now.uptime) ? [.record] : [] }
        guard !isConcluded else { return stepsToConclude(at: now) }
        if isHeldBack { return [] }
        var steps: [PodStep] = []
        if sandbox.isDue(at: now.uptime) { steps.append(.prepareSandbox) }
        if volumes.isDue(at: now.uptime) { steps.append(.prepareVolumes) }
        steps += stepsToFollowObjects(at: now)
        if !steps.contains(.prepareSandbox) { steps += stepsToResize(at: now) }
        noteRestart()
        var mayStart = sandbox.isReady && volumes.isReady && !isResizing && !waitsForRestart
        for index in containers.indices {
            let hasVolumes = volumeImages(of: containers[index].shape).allSatisfy { $0.present != nil }
            steps += stepsOfContainer(at: index, mayStart: mayStart && hasVolumes, at: now)
            if holdsNext(containers[index]) { mayStart = false }
        }
        steps += stepsToFetchVolumes(at: now) + stepsToWatchInit()
        // A process that not even SIGKILL ends has just been given up.
        return isConcluded ? steps + stepsToConclude(at: now) : steps
    }

    /// Whether those after it have to wait.
    private func holdsNext(_ container: ContainerLifecycle) -> Bool {
        guard container.shape.role == .main else { return !hasInitialized && container.holdsInitialization }
        // The kubelet goes on to the next container when the hook has ended; one that cannot be started holds nobody up.
        guard container.shape.hasPostStart else { return false }
        switch container.stage {
        case .starting, .postStarting: return true
        case .idle:
            if case .failed = container.image { return false }
            return true
        case .blocked, .backingOff, .running, .stopping, .ended: return false
        }
    }

    /// No main container will run any more: what else does is ended.
    private mutating func stepsToConclude(at now: Moment) -> [PodStep] {
        for index in containers.indices where verdict != nil || containers[index].shape.role == .sidecar {
            containers[index].settle()
        }
        return stepsToEnd(within: verdictGrace ?? shape.gracePeriod, at: now)
    }

    private mutating func stepsToSave(at now: Moment) -> [PodStep] {
        // Not between the making and the starting of the containers: saving costs an fsync.
        let isStarting = containers.contains { $0.stage == .starting }
        let isDue = retries.saveAt.map { now.uptime >= $0 } ?? true
        guard needsSave, !isStarting, !underWay.contains(.save), isDue else { return [] }
        needsSave = false
        retries.saveAt = nil
        return [.save]
    }

    mutating func stepsOfContainer(at index: Int, mayStart: Bool, at now: Moment) -> [PodStep] {
        let container = containers[index]
        switch container.stage {
        case .postStarting where container.isOutdated, .running where container.isOutdated:
            return stepsToEndContainer(at: index, grace: shape.gracePeriod, mayAsk: true, at: now)
        case .postStarting:
            let (name, attempt) = (container.name, container.attempt)
            return [.watch(container: name, attempt: attempt), .postStart(container: name, attempt: attempt)]
        case .running:
            if let kill = container.kill {
                return stepsToEndContainer(at: index, grace: kill.grace ?? shape.gracePeriod, mayAsk: true, at: now)
            }
            return [.watch(container: container.name, attempt: container.attempt)] + stepsToProbe(at: index)
        case .backingOff(let until) where now.uptime >= until, .blocked(_, let until) where now.uptime >= until:
            containers[index].stage = .idle
            return stepsOfContainer(at: index, mayStart: mayStart, at: now)
        case .idle:
            switch container.image {
            case .present where mayStart:
                containers[index].stage = .starting
                return [.start(container: container.name, attempt: container.attempt)]
            case .failed(_, let retryAt) where now.uptime < retryAt: return []
            case .needed, .failed:
                containers[index].image = .fetching
                return [.fetchImage(container.shape.image)]
            case .fetching, .present: return []
            }
        // It is to start anew, or was asked to end when the machine was to go down.
        case .stopping: return stepsToEndContainer(at: index, grace: shape.gracePeriod, mayAsk: true, at: now)
        case .starting, .blocked, .backingOff, .ended: return []
        }
    }

    private mutating func stepsToStop(at now: Moment) -> [PodStep] {
        let steps = stepsToEnd(within: shape.gracePeriod, at: now)
        let isBusy = containers.contains(where: \.isAlive) || underWay.contains(where: \.holdsTearDown)
        if steps.isEmpty, !isBusy, removal.isDue(at: now.uptime) { return [.tearDown] }
        return steps
    }

    /// All main containers at the same time; then the sidecars, the last one first.
    private mutating func stepsToEnd(within grace: Duration, at now: Moment) -> [PodStep] {
        var steps: [PodStep] = []
        // From the last: whether it is a sidecar's turn depends on those after it.
        for index in containers.indices.reversed() {
            steps += stepsToEndContainer(at: index, grace: grace, mayAsk: isTurn(of: index), at: now)
        }
        return steps
    }

    /// Whether a container may be ended: a sidecar when those that it serves, and the later sidecars, have ended.
    private func isTurn(of index: Int) -> Bool {
        guard containers[index].shape.role == .sidecar else { return true }
        return !containers.indices.contains { other in
            guard containers[other].isAlive else { return false }
            switch containers[other].shape.role {
            case .main: return true
            case .sidecar: return other > index
            case .initial: return false
            }
        }
    }
}
