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
        case running(RunningContainer)
        /// It has been asked to end. `deadline` is when the next, harder, measure is taken.
        case stopping(RunningContainer, Measure, deadline: Monotonic)
        /// It has ended and stays so.
        case ended(ContainerTermination)
    }

    /// What has been done to end a container.
    public enum Measure: Sendable, Hashable {
        case asked
        case killed
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
        case .starting, .running, .stopping: true
        case .idle, .blocked, .backingOff, .ended: false
        }
    }

    /// The process, where one runs.
    public var process: RunningContainer? {
        switch stage {
        case .running(let process), .stopping(let process, _, _): process
        case .idle, .starting, .blocked, .backingOff, .ended: nil
        }
    }

    public var hasSucceeded: Bool {
        if case .ended(let termination) = stage { return termination.exitCode == 0 }
        return false
    }

    /// Notes how the attempt ended and decides what follows.
    mutating func end(with termination: ContainerTermination, restarts: Bool, at now: Moment) {
        guard restarts, shape.restarts(after: termination.exitCode) else {
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
        guard shape.restarts(after: termination.exitCode) else {
            stage = .ended(termination)
            return
        }
        previous = termination
        attempt += 1
        image = .needed
        stage = .idle
    }

    /// When it wants to be looked at again.
    var deadline: Monotonic? {
        switch stage {
        case .blocked(_, let at), .backingOff(let at), .stopping(_, _, let at): return at
        case .idle:
            if case .failed(_, let at) = image { return at }
            return nil
        case .starting, .running, .ended: return nil
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
