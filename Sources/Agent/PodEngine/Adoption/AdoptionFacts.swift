import Linux

/// What an agent finds of a pod that an earlier one left.
package struct AdoptionFacts: Sendable, Hashable {
    package struct Container: Sendable, Hashable {
        /// The highest attempt of which there is a run directory.
        package var attempt: Int
        package var outcome: AdoptedContainer
        /// What it left to be told about its end, where it has ended.
        package var message: String?

        package init(attempt: Int, outcome: AdoptedContainer) {
            self.attempt = attempt
            self.outcome = outcome
        }
    }

    package var startTime: Timestamp
    /// The network, if the sandbox is whole; nil where it has to be made anew, or has been released.
    package var sandbox: PodLifecycle.Sandbox?
    /// By container name. Nothing for a container without a run directory: it never began, or the machine was rebooted.
    package var containers: [String: Container] = [:]
    package var history: PodHistory?
    /// Which attempt at the process that holds the pod's PID namespace runs.
    package var initAttempt: Int?
    /// By container: attempts up to this one are of a spec that has been changed since.
    package var outdatedAttempts: [String: Int] = [:]
    /// What of the pod's requests and limits was not in force yet.
    package var resize: UnfinishedResize?
    /// How many specs the pod has had.
    package var generation: Int64 = 1
    /// The images of containers, as far as they are still here.
    package var images: [String: PodImage] = [:]

    package init(startTime: Timestamp, sandbox: PodLifecycle.Sandbox?) {
        self.startTime = startTime
        self.sandbox = sandbox
    }
}

extension PodLifecycle {
    /// The life of a pod from where an earlier agent, or the machine before its reboot, left it.
    package static func adopted(
        _ shape: PodShape,
        _ facts: AdoptionFacts,
        backoffs: BackoffPolicies,
        at now: Moment
    ) -> PodLifecycle {
        let containers = shape.containers.map { container in
            ContainerLifecycle.adopted(container, facts, backoffs: backoffs, at: now)
        }
        var life = PodLifecycle(shape, backoffs: backoffs, startTime: facts.startTime, containers: containers)
        life.record = .ready(Present())
        life.hasBeenRecorded = true
        life.generation = facts.generation
        life.observedGeneration = facts.generation
        life.verdict = facts.history?.knownVerdict
        life.conditions = facts.history?.knownConditions ?? PodConditions()
        life.setActiveDeadline(at: now)
        if let resize = facts.resize, !life.isFinished {
            life.resizing.granted = resize.granted
            life.resizing.applied = resize.applied
            life.resizing.want(shape.allocation, at: now)
        }
        life.addresses = facts.sandbox?.network?.addresses ?? facts.history?.addresses ?? []
        if let sandbox = facts.sandbox {
            life.sandbox = .ready(sandbox)
            life.isRestartingAll = life.conditions[.allContainersRestarting]?.isTrue ?? false
            life.hasInitialized = !life.isRestartingAll && life.containers.contains { $0.shape.role == .main && $0.hasRun }
            life.initAttempt = facts.initAttempt
            // They are there if a container ever began, and what its programs made of them is not to be touched.
            if !facts.containers.isEmpty { life.volumes = .ready(Present()) }
            // Objects may have changed while nobody was there.
            if shape.followsObjects { life.objectFiles = .needed }
        } else if !life.isFinished {
            // In a new sandbox the init containers do their work again.
            for index in life.containers.indices where life.containers[index].shape.role == .initial {
                life.containers[index].beginAgain()
            }
        }
        life.needsSave = true
        life.events.note(.normal, .adopted, "Taken over from an earlier agent", at: now.wall)
        life.refreshConditions(at: now.wall)
        return life
    }
}

extension ContainerLifecycle {
    /// Where a container stands, by what was written down and what was found.
    fileprivate static func adopted(
        _ shape: ContainerShape,
        _ facts: AdoptionFacts,
        backoffs: BackoffPolicies,
        at now: Moment
    ) -> ContainerLifecycle {
        let known = facts.history?.containers.first { $0.name == shape.name }
        let found = facts.containers[shape.name]
        var container = ContainerLifecycle(
            shape,
            backoffs: backoffs,
            attempt: max(known?.attempt ?? 0, found?.attempt ?? 0)
        )
        container.lastImage = facts.images[shape.name]
        container.outdatedAttempt = facts.outdatedAttempts[shape.name]
        if let known { container.crashes = known.backoff(backoffs.crash, at: now) }
        if container.attempt == known?.attempt { container.previous = known?.previous?.termination }

        if let end = known?.end, known?.attempt == container.attempt {
            container.stage = .ended(end.termination)
            if container.isOutdated { container.beginAnew() }
        } else if let found, found.attempt == container.attempt {
            container.take(found, known: known, at: now)
        } else if let known, known.running {
            // It ran when the machine went down: nothing of the run directory is left.
            let startedAt = known.startedAt.flatMap { Timestamp(rfc3339: $0) }
            let end = ContainerTermination.unknown("The machine was restarted", startedAt: startedAt, at: now.wall)
            container.conclude(with: end, at: now)
        } else if container.attempt > 0, let until = container.crashes.attemptAt {
            container.stage = .backingOff(until: until)
        }
        return container
    }

    /// Whether it has ever run.
    fileprivate var hasRun: Bool {
        if case .ended = stage { return true }
        return process != nil || previous != nil
    }

    private mutating func take(_ found: AdoptionFacts.Container, known: PodHistory.Container?, at now: Moment) {
        switch found.outcome {
        case .running(let process):
            stage = .running(process)
            // As an earlier agent last saw it, until there are answers.
            guard let known, known.attempt == attempt, known.running else { return }
            probes = ContainerProbes(hasStarted: known.probedStarted ?? false, isReady: known.probedReady ?? false)
        case .exited(let exit):
            var termination = ContainerTermination(exit)
            termination.message = termination.message ?? found.message
            conclude(with: termination, at: now)
        case .lost:
            let startedAt = known?.startedAt.flatMap { Timestamp(rfc3339: $0) }
            let message = "The container's monitor was killed; how the container ended is not known"
            conclude(with: .unknown(message, startedAt: startedAt, at: now.wall), at: now)
        case .neverStarted:
            stage = .idle
        }
    }

    /// A container that has ended runs another time.
    mutating func beginAgain() {
        guard case .ended(let termination) = stage else { return }
        previous = termination
        attempt += 1
        stage = .idle
        image = .needed
    }
}
