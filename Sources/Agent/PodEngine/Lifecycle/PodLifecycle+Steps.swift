import Linux

extension PodLifecycle {
    /// How long a container that has been sent SIGKILL may take before the pod's removal goes on without it.
    static let killPatience = Duration.seconds(10)

    /// What is to be begun now. Each step answered here counts as under way until its event is handled.
    public mutating func takeSteps(at now: Moment) -> [PodStep] {
        var wanted: [PodStep] = []
        switch goal {
        case .run: wanted = stepsToRun(at: now)
        case .halt(let limit): wanted = stepsToHalt(within: limit, at: now)
        case .stop: wanted = stepsToStop(at: now)
        }
        let new = wanted.filter { underWay.insert($0).inserted }
        refreshConditions(at: now.wall)
        return new
    }

    private mutating func stepsToRun(at now: Moment) -> [PodStep] {
        // First it is written down, so that whatever follows is found again.
        guard record.isReady else { return record.isDue(at: now.uptime) ? [.record] : [] }
        var steps: [PodStep] = []
        if !isFinished {
            if sandbox.isDue(at: now.uptime) { steps.append(.prepareSandbox) }
            if volumes.isDue(at: now.uptime) { steps.append(.prepareVolumes) }
        }
        let isPrepared = sandbox.isReady && volumes.isReady
        var blocked = hasFailedInitialization
        for index in containers.indices {
            let mayStart = isPrepared && !blocked
            steps += stepsOfContainer(at: index, mayStart: mayStart, at: now)
            if containers[index].shape.role == .initial, !containers[index].hasSucceeded { blocked = true }
        }
        steps += stepsToSave(at: now)
        if mayReleaseSandbox, !steps.contains(.save), release.isDue(at: now.uptime) { steps.append(.releaseSandbox) }
        return steps
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

    private mutating func stepsToHalt(within limit: Duration, at now: Moment) -> [PodStep] {
        var steps: [PodStep] = []
        let grace = min(shape.gracePeriod, limit)
        for index in containers.indices { steps += stepsToEndContainer(at: index, grace: grace, at: now) }
        // Before its record is there nothing of the pod can have run.
        if record.isReady { steps += stepsToSave(at: now) }
        return steps
    }

    private mutating func stepsOfContainer(at index: Int, mayStart: Bool, at now: Moment) -> [PodStep] {
        let container = containers[index]
        switch container.stage {
        case .running where container.isOutdated:
            return stepsToEndContainer(at: index, grace: shape.gracePeriod, at: now)
        case .running:
            return [.watch(container: container.name, attempt: container.attempt)]
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
                if hasFailedInitialization { return [] }
                containers[index].image = .fetching
                return [.fetchImage(container.shape.image)]
            case .fetching, .present: return []
            }
        // It was asked to end when the machine was to go down.
        case .stopping: return stepsToEndContainer(at: index, grace: shape.gracePeriod, at: now)
        case .starting, .blocked, .backingOff, .ended: return []
        }
    }

    private mutating func stepsToStop(at now: Moment) -> [PodStep] {
        var steps: [PodStep] = []
        for index in containers.indices {
            steps += stepsToEndContainer(at: index, grace: shape.gracePeriod, at: now)
        }
        let isBusy = containers.contains(where: \.isAlive) || underWay.contains(where: \.holdsTearDown)
        if steps.isEmpty, !isBusy, removal.isDue(at: now.uptime) { steps.append(.tearDown) }
        return steps
    }

    /// SIGTERM, the grace period, SIGKILL; all containers at the same time.
    private mutating func stepsToEndContainer(at index: Int, grace: Duration, at now: Moment) -> [PodStep] {
        let container = containers[index]
        let (name, attempt) = (container.name, container.attempt)
        let watch = PodStep.watch(container: name, attempt: attempt)
        switch container.stage {
        case .running(let process):
            events.note(.normal, .killing, "Stopping container \(name)", container: name, at: now.wall)
            if grace <= .zero {
                let deadline = now.uptime.advanced(by: Self.killPatience)
                containers[index].stage = .stopping(process, .killed, deadline: deadline)
                return [watch, .kill(container: name, attempt: attempt)]
            }
            let deadline = now.uptime.advanced(by: grace)
            containers[index].stage = .stopping(process, .asked, deadline: deadline)
            return [watch, .terminate(container: name, attempt: attempt)]
        case .stopping(let process, .asked, let deadline) where now.uptime >= deadline:
            let message = "Container \(name) did not end within its grace period"
            events.note(.warning, .killing, message, container: name, at: now.wall)
            let patience = now.uptime.advanced(by: Self.killPatience)
            containers[index].stage = .stopping(process, .killed, deadline: patience)
            return [.kill(container: name, attempt: attempt)]
        case .stopping(let process, .killed, let deadline) where now.uptime >= deadline:
            // A process in an uninterruptible sleep. The removal kills by cgroup and fails loudly if that does not help.
            let message = "did not end after SIGKILL"
            events.note(.warning, .failedKillPod, "Container \(name) \(message)", container: name, at: now.wall)
            conclude(index, with: .unknown(message, startedAt: process.startedAt, at: now.wall), at: now)
            return []
        case .idle, .starting, .blocked, .backingOff, .stopping, .ended:
            return []
        }
    }
}
