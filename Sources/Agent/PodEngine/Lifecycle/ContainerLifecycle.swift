import Linux

/// Where one container of a pod stands. Changed by `PodLifecycle` only.
public struct ContainerLifecycle: Sendable, Hashable {
    public enum Stage: Sendable, Hashable {
        /// To be started when its turn comes.
        case idle
        /// Its start is under way.
        case starting
        /// It could not be made; the same attempt is made again later.
        case blocked(StepFailure, retryAt: Monotonic)
        /// The attempt ended; the next one waits.
        case backingOff(until: Monotonic)
        /// Its process runs, its postStart hook has not ended.
        case postStarting(RunningContainer)
        case running(RunningContainer)
        /// It has been asked to end. `deadline` is when the next, harder, measure is taken.
        case stopping(RunningContainer, Measure, deadline: Monotonic)
        /// It has ended and stays so.
        case ended(ContainerTermination)
    }

    /// What has been done to end a container.
    public enum Measure: Sendable, Hashable {
        /// Its preStop hook is under way.
        case preStop
        /// Its turn has not come: a sidecar ends after those that it serves.
        case waiting
        case asked
        case killed
    }

    /// Why an attempt is to be ended while the pod goes on.
    public struct Kill: Sendable, Hashable {
        public var reason: PodReason
        public var message: String
        /// Where it is not the pod's.
        public var grace: Duration?

        public init(_ reason: PodReason, _ message: String, grace: Duration? = nil) {
            self.reason = reason
            self.message = message
            self.grace = grace
        }
    }

    /// The image of the attempt that is next or under way.
    public enum Image: Sendable, Hashable {
        case needed
        case fetching
        case present(PodImage)
        case failed(StepFailure, retryAt: Monotonic)
    }

    public internal(set) var shape: ContainerShape
    /// Counts from 0; part of the container's id, and its restart count.
    public internal(set) var attempt: Int
    public internal(set) var stage: Stage = .idle
    public internal(set) var image: Image = .needed
    /// Set where this attempt is to be ended.
    public internal(set) var kill: Kill?
    /// What the probes of the present attempt say.
    public internal(set) var probes = ContainerProbes()
    /// How far the pull of the image is, while one is under way.
    public internal(set) var pull: ImagePullProgress?
    /// The image of the latest attempt that got one, for the status.
    public internal(set) var lastImage: PodImage?
    /// How the attempt before this one ended.
    public internal(set) var previous: ContainerTermination?
    /// Attempts up to this one are of a spec that has been changed since: they are replaced.
    public internal(set) var outdatedAttempt: Int?
    public internal(set) var crashes: Backoff
    public internal(set) var pulls: Backoff
    public internal(set) var makes: Backoff

    public init(_ shape: ContainerShape, backoffs: BackoffPolicies, attempt: Int = 0) {
        self.shape = shape
        self.attempt = attempt
        crashes = Backoff(backoffs.crash)
        pulls = Backoff(backoffs.imagePull)
        makes = Backoff(backoffs.step)
    }

    public var name: String { shape.name }

    /// Whether a process of it may exist.
    public var isAlive: Bool {
        switch stage {
        case .starting, .postStarting, .running, .stopping: true
        case .idle, .blocked, .backingOff, .ended: false
        }
    }

    /// The process, where one runs.
    public var process: RunningContainer? {
        switch stage {
        case .postStarting(let process), .running(let process), .stopping(let process, _, _): process
        case .idle, .starting, .blocked, .backingOff, .ended: nil
        }
    }

    public var hasSucceeded: Bool {
        if case .ended(let termination) = stage { return termination.exitCode == 0 }
        return false
    }

    /// Whether its startup is over: what the next init container waits for. It is when the container runs, its postStart hook
    /// has ended and its startup probe has passed.
    public var hasStarted: Bool {
        switch stage {
        case .running, .stopping: kill?.reason != .failedPostStartHook && hasPassedStartup
        case .idle, .starting, .blocked, .backingOff, .postStarting, .ended: false
        }
    }

    /// Whether it serves: it runs, and its probes say so. One that is being ended does not.
    public var isReady: Bool {
        guard case .running = stage else { return false }
        return kill == nil && isProbedReady
    }

    /// Notes how the attempt ended and decides what follows.
    mutating func end(with termination: ContainerTermination, restarts: Bool, at now: Moment) {
        // One that a probe has ended has failed, also where it ends in good order.
        let hasFailed = kill?.reason == .unhealthy && (shape.role == .sidecar || shape.restartPolicy != .never)
        kill = nil
        guard restarts, hasFailed || shape.restarts(after: termination.exitCode) else {
            stage = .ended(termination)
            return
        }
        previous = termination
        attempt += 1
        // The image may have been removed since, or its tag moved.
        image = .needed
        stage = .backingOff(until: crashes.next(after: now.uptime(of: termination.finishedAt)))
    }

    /// Notes how the attempt ended that was ended with the machine: the next one is due after the reboot, without a delay, for
    /// it was no crash.
    mutating func interrupt(with termination: ContainerTermination) {
        kill = nil
        guard shape.restarts(after: termination.exitCode) else {
            stage = .ended(termination)
            return
        }
        previous = termination
        attempt += 1
        image = .needed
        stage = .idle
    }

    /// No attempt follows any more: what counts is how the last one ended.
    mutating func settle() {
        guard !isAlive, let last = previous else { return }
        if case .ended = stage { return }
        stage = .ended(last)
        attempt -= 1
        previous = nil
    }

    /// When it wants to be looked at again.
    var deadline: Monotonic? {
        switch stage {
        case .blocked(_, let at), .backingOff(let at), .stopping(_, _, let at): return at
        case .idle:
            if case .failed(_, let at) = image { return at }
            return nil
        case .starting, .postStarting, .running, .ended: return nil
        }
    }
}

/// The back-offs of a pod.
public struct BackoffPolicies: Sendable, Hashable {
    /// Between attempts at running a container: the kubelet's figures.
    public var crash = Backoff.Policy(
        initial: .seconds(10),
        maximum: .seconds(300),
        resetAfter: .seconds(600),
        firstIsImmediate: true
    )
    /// Between attempts at pulling an image: the kubelet's figures.
    public var imagePull = Backoff.Policy(initial: .seconds(10), maximum: .seconds(300), resetAfter: .seconds(600))
    /// Between attempts at any other step: making the sandbox, mounting volumes, making containers, tearing down.
    public var step = Backoff.Policy(initial: .seconds(1), maximum: .seconds(60), resetAfter: .seconds(600))

    public init() {}
}
