import Linux

/// The life of one pod (one UID) as a value: events in, steps out, no I/O.
///
/// `handle` changes the state; `takeSteps` answers what is to be begun now and remembers it as under way, so a step is never
/// asked for twice; every step is answered by one event. `deadline` says when to look again if nothing happens.
public struct PodLifecycle: Sendable {
    public enum Goal: Sendable, Hashable {
        case run
        /// The machine is going down: what runs is ended, in so much time at most, and nothing is begun. The pod is wanted all
        /// the same, and goes on after the reboot.
        case halt(within: Duration)
        case stop
    }

    /// A part of the pod that is made once and stays.
    public enum Piece<Value: Sendable & Hashable>: Sendable, Hashable {
        case needed
        case ready(Value)
        case failed(StepFailure, retryAt: Monotonic)

        public var value: Value? {
            if case .ready(let value) = self { return value }
            return nil
        }

        public var failure: StepFailure? {
            if case .failed(let failure, _) = self { return failure }
            return nil
        }

        var isReady: Bool { value != nil }

        /// Whether it is to be begun now.
        func isDue(at now: Monotonic) -> Bool {
            switch self {
            case .needed: true
            case .ready: false
            case .failed(_, let retryAt): now >= retryAt
            }
        }

        var deadline: Monotonic? {
            if case .failed(_, let retryAt) = self { return retryAt }
            return nil
        }
    }

    /// Nothing: the value of a piece that is just there.
    public struct Present: Sendable, Hashable {
        public init() {}
    }

    /// The network of a sandbox that is ready; nil for a pod on the host's network.
    public struct Sandbox: Sendable, Hashable {
        public var network: PodNetworkState?

        public init(network: PodNetworkState?) {
            self.network = network
        }
    }

    public internal(set) var shape: PodShape
    public let startTime: Timestamp
    public internal(set) var goal = Goal.run
    /// When it began to be removed.
    public internal(set) var stoppedAt: Timestamp?
    public internal(set) var record = Piece<Present>.needed
    public internal(set) var sandbox = Piece<Sandbox>.needed
    /// The end of the sandbox of a pod that has finished; its record, logs and volumes on disk stay.
    public internal(set) var release = Piece<Present>.needed
    /// The addresses that it has, or had last.
    public internal(set) var addresses: [String] = []
    public internal(set) var volumes = Piece<Present>.needed
    public internal(set) var containers: [ContainerLifecycle]
    public internal(set) var removal = Piece<Present>.needed
    public internal(set) var underWay: Set<PodStep> = []
    public internal(set) var events = PodEventLog()
    public internal(set) var conditions = PodConditions()
    var retries: Retries
    var needsSave = false
    var isRecordStale = false
    /// Whether there is a record already, on which what runs depends.
    public internal(set) var hasBeenRecorded = false

    /// The back-offs of the pieces.
    struct Retries: Sendable {
        var record: Backoff
        var sandbox: Backoff
        var release: Backoff
        var volumes: Backoff
        var removal: Backoff
        var save: Backoff
        var saveAt: Monotonic?

        init(_ policy: Backoff.Policy) {
            record = Backoff(policy)
            sandbox = Backoff(policy)
            release = Backoff(policy)
            volumes = Backoff(policy)
            removal = Backoff(policy)
            save = Backoff(policy)
        }
    }

    public init(_ shape: PodShape, backoffs: BackoffPolicies, at now: Moment) {
        self.shape = shape
        startTime = now.wall
        containers = shape.containers.map { ContainerLifecycle($0, backoffs: backoffs) }
        retries = Retries(backoffs.step)
        refreshConditions(at: now.wall)
    }

    /// Continues a life whose beginning an earlier agent saw.
    init(_ shape: PodShape, backoffs: BackoffPolicies, startTime: Timestamp, containers: [ContainerLifecycle]) {
        self.shape = shape
        self.startTime = startTime
        self.containers = containers
        retries = Retries(backoffs.step)
    }

    /// Whether nothing of the pod is left.
    public var isGone: Bool { removal.isReady }

    /// Whether nothing runs and that is written down, with nothing to be begun before `resume`.
    public var isHalted: Bool {
        guard case .halt = goal else { return false }
        return !containers.contains(where: \.isAlive) && !needsSave && !underWay.contains(.save)
    }

    /// Whether the init containers have all done their work.
    public var isInitialized: Bool {
        containers.allSatisfy { $0.shape.role == .main || $0.hasSucceeded }
    }

    /// Whether no container will run any more, although the pod is still wanted.
    public var isFinished: Bool {
        if hasFailedInitialization { return true }
        return containers.allSatisfy { container in
            if case .ended = container.stage { return true }
            return false
        }
    }

    /// Whether what the pod ran in can go. Its end is written down first: afterwards nothing else tells of it for sure.
    var mayReleaseSandbox: Bool {
        isFinished && !containers.contains(where: \.isAlive) && !needsSave && !underWay.contains(.save)
    }

    /// Whether an init container has failed for good.
    public var hasFailedInitialization: Bool {
        containers.contains { container in
            guard container.shape.role == .initial, case .ended(let termination) = container.stage else { return false }
            return termination.exitCode != 0
        }
    }

    /// When it wants to be looked at again if nothing happens; nil for never.
    public var deadline: Monotonic? {
        var deadlines: [Monotonic?] = []
        switch goal {
        case .run:
            // Until it is written down, nothing else is begun.
            guard record.isReady else { return deadline(of: record, for: .record) }
            // While a container is being started nothing is saved, and its event will make us look again.
            if !containers.contains(where: { $0.stage == .starting }) { deadlines.append(retries.saveAt) }
            // A finished pod needs none of the others.
            if isFinished {
                // Until then the event of what holds it up makes us look again.
                if mayReleaseSandbox { deadlines.append(deadline(of: release, for: .releaseSandbox)) }
            } else {
                deadlines += [deadline(of: sandbox, for: .prepareSandbox), deadline(of: volumes, for: .prepareVolumes)]
                deadlines += containers.map(\.deadline)
            }
        case .halt:
            deadlines = [retries.saveAt] + containers.filter(\.isAlive).map(\.deadline)
        case .stop:
            deadlines = [deadline(of: removal, for: .tearDown)]
            deadlines += containers.filter(\.isAlive).map(\.deadline)
        }
        return deadlines.compactMap { $0 }.min()
    }

    /// When a piece is tried again; nil while that is under way.
    private func deadline<Value>(of piece: Piece<Value>, for step: PodStep) -> Monotonic? {
        underWay.contains(step) ? nil : piece.deadline
    }

    func index(of container: String, attempt: Int) -> Int? {
        containers.firstIndex { $0.name == container && $0.attempt == attempt }
    }
}
