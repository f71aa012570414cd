import Linux

extension PodLifecycle {
    /// Takes note of what happened.
    public mutating func handle(_ event: PodEvent, at now: Moment) {
        switch event {
        case .recorded, .recordFailed, .sandboxReady, .sandboxFailed, .volumesReady, .volumesFailed, .saved:
            handlePiece(event, at: now)
        case .initStarted, .initEnded:
            handleInit(event, at: now)
        case .sandboxReleased(let errors):
            handleRelease(errors, at: now)
        case .imagePulling, .pullSecretsMissing, .imageProgress, .imageReady, .imageFailed:
            handleImage(event, at: now)
        case .started, .makeFailed, .startFailed, .ended:
            handleContainer(event, at: now)
        case .postStarted, .preStopped:
            handleHook(event, at: now)
        case .probed, .probeEnded:
            handleProbe(event, at: now)
        case .declared(let conditions):
            declared = conditions
        case .fail(let failure):
            fail(failure, at: now)
        case .evict(let failure, let grace):
            if verdict == nil { verdictGrace = grace }
            fail(failure, at: now)
        case .hurry(let grace): shape.gracePeriod = grace
        case .heldBack(let reason): holdBack(reason, at: now)
        case .signalled(let step, let error):
            underWay.remove(step)
            if let error { events.note(.warning, .failedKillPod, error, at: now.wall) }
        case .resized, .resizeRefused, .resizeFailed: handleResize(event, at: now)
        case .volumesUpdated, .volumesNotUpdated: handleObjects(event, at: now)
        case .objectsChanged: followObjects()
        case .described:
            writeDownAgain()
            // Files may tell labels and annotations.
            if shape.followsObjects { followObjects() }
        case .updated(let update):
            follow(update, at: now)
            followObjects()
        case .stop:
            if goal != .stop { stoppedAt = now.wall }
            goal = .stop
        case .halt(let limit):
            guard goal == .run else { break }
            goal = .halt(within: limit)
            events.note(.normal, .nodeShutdown, "The machine is going down", at: now.wall)
        case .resume:
            if case .halt = goal { goal = .run }
        case .tornDown(let errors):
            underWay.remove(.tearDown)
            guard !errors.isEmpty else {
                removal = .ready(Present())
                break
            }
            let failure = StepFailure(.failedKillPod, errors.joined(separator: "; "))
            removal = .failed(failure, retryAt: retries.removal.next(after: now.uptime))
            events.note(.warning, failure.reason, failure.message, at: now.wall)
        }
        refreshConditions(at: now.wall)
    }

    private mutating func handlePiece(_ event: PodEvent, at now: Moment) {
        switch event {
        case .recorded:
            underWay.remove(.record)
            record = isRecordStale ? .needed : .ready(Present())
            // What was written has the generation of when that was begun.
            if !isRecordStale { observedGeneration = generation }
            isRecordStale = false
            hasBeenRecorded = true
            retries.record.reset()
        case .recordFailed(let failure):
            underWay.remove(.record)
            record = .failed(failure, retryAt: retries.record.next(after: now.uptime))
            events.note(.warning, failure.reason, failure.message, at: now.wall)
        case .sandboxReady(let network):
            underWay.remove(.prepareSandbox)
            staleSteps.remove(.prepareSandbox)
            sandbox = .ready(Sandbox(network: network))
            addresses = network?.addresses ?? []
            retries.sandbox.reset()
        case .sandboxFailed(let failure):
            underWay.remove(.prepareSandbox)
            let isStale = staleSteps.remove(.prepareSandbox) != nil
            // What no other try can change: the kubelet does not admit such a pod.
            if failure.reason == .sysctlForbidden {
                sandbox = .needed
                fail(failure, at: now)
                break
            }
            sandbox = .failed(failure, retryAt: retryTime(failure, isStale, &retries.sandbox, at: now))
            events.note(.warning, failure.reason, failure.message, at: now.wall)
        case .volumesReady:
            underWay.remove(.prepareVolumes)
            volumes = .ready(Present())
            retries.volumes.reset()
            if staleSteps.remove(.prepareVolumes) != nil, shape.followsObjects { objectFiles = .needed }
        case .volumesFailed(let failure):
            underWay.remove(.prepareVolumes)
            let isStale = staleSteps.remove(.prepareVolumes) != nil
            volumes = .failed(failure, retryAt: retryTime(failure, isStale, &retries.volumes, at: now))
            events.note(.warning, failure.reason, failure.message, at: now.wall)
        case .saved(let error):
            underWay.remove(.save)
            guard let error else {
                retries.save.reset()
                break
            }
            needsSave = true
            retries.saveAt = retries.save.next(after: now.uptime)
            events.note(.warning, .failedRecord, error, at: now.wall)
        default:
            preconditionFailure("not an event of a piece: \(event)")
        }
    }

    private mutating func handleRelease(_ errors: [String], at now: Moment) {
        underWay.remove(.releaseSandbox)
        // Of what is left after a failure nothing can be used again.
        sandbox = .needed
        guard !errors.isEmpty else {
            release = .ready(Present())
            return
        }
        let failure = StepFailure(.failedKillPod, errors.joined(separator: "; "))
        release = .failed(failure, retryAt: retries.release.next(after: now.uptime))
        events.note(.warning, failure.reason, failure.message, at: now.wall)
    }

    private mutating func handleImage(_ event: PodEvent, at now: Moment) {
        switch event {
        case .imagePulling(let request):
            events.note(.normal, .pulling, "Pulling image \"\(request.reference)\"", at: now.wall)
        case .pullSecretsMissing(let names):
            let message = "Unable to retrieve some image pull secrets (\(names.joined(separator: ", "))); "
                + "attempting to pull the image may not succeed."
            events.note(.warning, .failedToRetrieveImagePullSecret, message, at: now.wall)
        case .imageProgress(let request, let progress):
            for index in waiting(for: request) { containers[index].pull = progress }
        case .imageReady(let request, let image, let pulled):
            underWay.remove(.fetchImage(request))
            let how = pulled ? "Successfully pulled image" : "Container image is already present:"
            noteImage(request, image)
            events.note(.normal, .pulled, "\(how) \"\(request.reference)\"", at: now.wall)
            for index in waiting(for: request) {
                containers[index].image = .present(image)
                containers[index].lastImage = image
                containers[index].pull = nil
                containers[index].pulls.reset()
            }
        case .imageFailed(let request, let failure):
            underWay.remove(.fetchImage(request))
            events.note(.warning, .failed, failure.description, at: now.wall)
            noteImageFailure(request, failure, at: now)
            for index in waiting(for: request) {
                let retryAt = containers[index].pulls.next(after: now.uptime)
                containers[index].image = .failed(failure, retryAt: retryAt)
                containers[index].pull = nil
            }
        default:
            preconditionFailure("not an event of an image: \(event)")
        }
    }

    private func waiting(for request: ImageRequest) -> [Int] {
        containers.indices.filter { containers[$0].shape.image == request && containers[$0].image == .fetching }
    }

    private mutating func handleContainer(_ event: PodEvent, at now: Moment) {
        switch event {
        case .started(let name, let attempt, let process):
            underWay.remove(.start(container: name, attempt: attempt))
            staleSteps.remove(.start(container: name, attempt: attempt))
            guard let index = index(of: name, attempt: attempt) else { return }
            let container = containers[index]
            containers[index].stage = container.shape.hasPostStart ? .postStarting(process) : .running(process)
            containers[index].probes = ContainerProbes()
            // One that is on its way out for the sake of all says nothing of those that come next.
            if container.shape.role == .main, !(isRestartingAll && container.isOutdated) { hasInitialized = true }
            containers[index].makes.reset()
            events.note(.normal, .started, "Started container \(name)", container: name, at: now.wall)
            needsSave = true
        case .makeFailed(let name, let attempt, let failure):
            underWay.remove(.start(container: name, attempt: attempt))
            let isStale = staleSteps.remove(.start(container: name, attempt: attempt)) != nil
            guard let index = index(of: name, attempt: attempt) else { return }
            // Of the spec that there is now nothing has failed yet.
            if containers[index].isOutdated { return containers[index].replace(after: nil) }
            // Nor in the sandbox that comes next.
            if failure.reason == .sandboxChanged { return containers[index].stage = .idle }
            let retryAt = retryTime(failure, isStale, &containers[index].makes, at: now)
            containers[index].stage = .blocked(failure, retryAt: retryAt)
            containers[index].image = .needed
            events.note(.warning, .failed, failure.description, container: name, at: now.wall)
        case .startFailed(let name, let attempt, let message):
            underWay.remove(.start(container: name, attempt: attempt))
            staleSteps.remove(.start(container: name, attempt: attempt))
            events.note(.warning, .failed, "Error: \(message)", container: name, at: now.wall)
            end(name, attempt, .startError(message, at: now.wall), at: now)
        case .ended(let name, let attempt, let termination):
            underWay.remove(.watch(container: name, attempt: attempt))
            end(name, attempt, termination, at: now)
        default:
            preconditionFailure("not an event of a container: \(event)")
        }
    }

    /// What a hook says is not told in an event: it may be a secret.
    private mutating func handleHook(_ event: PodEvent, at now: Moment) {
        switch event {
        case .postStarted(let name, let attempt, let error):
            underWay.remove(.postStart(container: name, attempt: attempt))
            guard let index = index(of: name, attempt: attempt), case .postStarting(let process) = containers[index].stage
            else { return }
            containers[index].stage = .running(process)
            guard error != nil else { return }
            events.note(.warning, .failedPostStartHook, "PostStartHook failed", container: name, at: now.wall)
            containers[index].kill = ContainerLifecycle.Kill(.failedPostStartHook, "FailedPostStartHook")
        case .preStopped(let name, let attempt, let error):
            underWay.remove(.preStop(container: name, attempt: attempt))
            guard let index = index(of: name, attempt: attempt),
                case .stopping(let process, .preStop, let deadline) = containers[index].stage
            else { return }
            containers[index].stage = .stopping(process, .waiting, deadline: deadline)
            guard error != nil else { return }
            events.note(.warning, .failedPreStopHook, "PreStopHook failed", container: name, at: now.wall)
        default:
            preconditionFailure("not an event of a hook: \(event)")
        }
    }

    /// Notes why the pod may not begin, or that it may. One that has begun is not touched.
    private mutating func holdBack(_ reason: StepFailure?, at now: Moment) {
        holdBack = reason
        guard isHeldBack, let reason else { return }
        events.note(.warning, reason.reason, reason.message, at: now.wall)
    }

    /// Has the pod as a whole failed. The first reason counts.
    mutating func fail(_ failure: StepFailure, at now: Moment) {
        guard verdict == nil, !isFinished else { return }
        verdict = failure
        needsSave = true
        events.note(.warning, failure.reason, failure.message, at: now.wall)
    }

    private mutating func end(_ name: String, _ attempt: Int, _ termination: ContainerTermination, at now: Moment) {
        guard let index = index(of: name, attempt: attempt), containers[index].isAlive else { return }
        conclude(index, with: termination, at: now)
        if case .backingOff(let until) = containers[index].stage, until > now.uptime {
            let message = "Back-off restarting failed container \(name) in pod \(shape.key)"
            events.note(.warning, .backOff, message, container: name, at: now.wall)
        }
    }

    /// Notes the end of an attempt. What follows depends on why it ended.
    mutating func conclude(_ index: Int, with termination: ContainerTermination, at now: Moment) {
        defer { needsSave = true }
        let isOver = verdict != nil || (containers[index].shape.role == .sidecar && isConcluded)
        if goal != .stop, !isOver, containers[index].isOutdated { return containers[index].replace(after: termination) }
        switch goal {
        case .run:
            containers[index].end(with: termination, restarts: !isOver, at: now)
            if !isOver, containers[index].shape.restartsAll(after: termination.exitCode) { restartAll(after: index, at: now) }
        case .halt: containers[index].interrupt(with: termination)
        case .stop: containers[index].end(with: termination, restarts: false, at: now)
        }
    }
}
