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
    /// Whether the files of volumes that are made of objects are as the objects are now.
    public internal(set) var objectFiles = Piece<Present>.ready(Present())
    public internal(set) var containers: [ContainerLifecycle]
    public internal(set) var volumeImages: [VolumeImage]
    /// Which attempt of the process that holds the pod's PID namespace runs; nil where there is none.
    var initAttempt: Int?
    public internal(set) var removal = Piece<Present>.needed
    public internal(set) var underWay: Set<PodStep> = []
    /// Why the pod has failed as a whole; its containers are ended, and none is started again.
    public internal(set) var verdict: StepFailure?
    /// How long its containers have to end then, where that is not the pod's own grace period.
    var verdictGrace: Duration?
    /// Why a pod that has not begun may not begin now.
    public internal(set) var holdBack: StepFailure?
    /// Whether a main container has run in this sandbox: from then on nothing waits for an init container.
    public internal(set) var hasInitialized = false
    /// Which conditions of readiness gates the manifest declares.
    public internal(set) var declared: [String: Bool] = [:]
    public internal(set) var events = PodEventLog()
    public internal(set) var conditions = PodConditions()
    public internal(set) var resizing: PodResizing
    /// Counts the specs that the pod has had, from 1.
    public internal(set) var generation: Int64 = 1
    /// The one that is written down: from then on it takes effect.
    public internal(set) var observedGeneration: Int64 = 0
    /// Whether all containers start anew because one of them has ended (`RestartAllContainers`).
    public internal(set) var isRestartingAll = false
    var retries: Retries
    var needsSave = false
    /// When it will have been on the node for longer than it may.
    var activeUntil: Monotonic?
    var isRecordStale = false
    /// Whether there is a record already, on which what runs depends.
    public internal(set) var hasBeenRecorded = false
    /// Steps under way that may have seen objects as they were before.
    var staleSteps: Set<PodStep> = []

    /// The back-offs of the pieces.
    struct Retries: Sendable {
        var record: Backoff
        var sandbox: Backoff
        var release: Backoff
        var volumes: Backoff
        var objectFiles: Backoff
        var removal: Backoff
        var save: Backoff
        var saveAt: Monotonic?

        init(_ policy: Backoff.Policy) {
            record = Backoff(policy)
            sandbox = Backoff(policy)
            release = Backoff(policy)
            volumes = Backoff(policy)
            objectFiles = Backoff(policy)
            removal = Backoff(policy)
            save = Backoff(policy)
        }
    }

    public init(_ shape: PodShape, backoffs: BackoffPolicies, at now: Moment) {
        self.shape = shape
        startTime = now.wall
        containers = shape.containers.map { ContainerLifecycle($0, backoffs: backoffs) }
        resizing = PodResizing(shape.allocation, backoffs.step)
        volumeImages = shape.unfetchedVolumeImages(backoffs.imagePull)
        retries = Retries(backoffs.step)
        setActiveDeadline(at: now)
        refreshConditions(at: now.wall)
    }

    /// Continues a life whose beginning an earlier agent saw.
    init(_ shape: PodShape, backoffs: BackoffPolicies, startTime: Timestamp, containers: [ContainerLifecycle]) {
        self.shape = shape
        self.startTime = startTime
        self.containers = containers
        resizing = PodResizing(shape.allocation, backoffs.step)
        volumeImages = shape.unfetchedVolumeImages(backoffs.imagePull)
        retries = Retries(backoffs.step)
    }

    /// Whether nothing of the pod is left.
    public var isGone: Bool { removal.isReady }

    /// Whether nothing runs and that is written down, with nothing to be begun before `resume`.
    public var isHalted: Bool {
        guard case .halt = goal else { return false }
        return !containers.contains(where: \.isAlive) && !needsSave && !underWay.contains(.save)
    }

    /// Whether nothing of the pod is begun because the machine has no room for it. What has begun goes on.
    public var isHeldBack: Bool {
        holdBack != nil && verdict == nil && !sandbox.isReady && !containers.contains(where: \.isAlive)
            && underWay.isDisjoint(with: [.prepareSandbox, .prepareVolumes])
    }

    /// Whether the init containers have all done their work, and the sidecars have started.
    public var isInitialized: Bool { hasInitialized || !containers.contains(where: \.holdsInitialization) }

    /// Whether no container of it has ever been made.
    var hasBegunNothing: Bool {
        containers.allSatisfy { container in
            if case .ended = container.stage { return false }
            return container.attempt == 0 && container.process == nil && container.previous == nil
        }
    }

    /// Whether no main container will run any more, although the pod is still wanted. Sidecars do not keep a pod.
    public var isConcluded: Bool {
        if verdict != nil || hasFailedInitialization { return true }
        return containers.allSatisfy { container in
            if container.shape.role != .main { return true }
            if case .ended = container.stage { return true }
            return false
        }
    }

    /// Whether no container will run any more, and none does, although the pod is still wanted.
    public var isFinished: Bool { isConcluded && !containers.contains(where: \.isAlive) }

    /// Whether what the pod ran in can go. Its end is written down first: afterwards nothing else tells of it for sure.
    var mayReleaseSandbox: Bool {
        // A pod may fail while its sandbox is being made.
        isFinished && !needsSave && underWay.isDisjoint(with: [.save, .prepareSandbox, .prepareVolumes, .updateVolumes])
    }

    /// Whether an init container has failed for good.
    public var hasFailedInitialization: Bool {
        containers.contains { container in
            guard container.shape.role == .initial, case .ended(let termination) = container.stage else { return false }
            return termination.exitCode != 0 && !container.shape.restarts(after: termination.exitCode)
        }
    }

    /// When it wants to be looked at again if nothing happens; nil for never.
    public var deadline: Monotonic? {
        var deadlines: [Monotonic?] = []
        switch goal {
        case .run:
            // Until it is written down, nothing else is begun.
            guard record.isReady else { return deadline(of: record, for: .record) }
            if !isFinished, verdict == nil { deadlines.append(activeUntil) }
            // While a container is being started nothing is saved, and its event will make us look again.
            if !containers.contains(where: { $0.stage == .starting }) { deadlines.append(retries.saveAt) }
            // A finished pod needs none of the others, and one that is held back none but its own.
            if isHeldBack {
                break
            } else if isConcluded, !isFinished {
                deadlines += containers.filter(\.isAlive).map(\.deadline)
            } else if isFinished {
                // Until then the event of what holds it up makes us look again.
                if mayReleaseSandbox { deadlines.append(deadline(of: release, for: .releaseSandbox)) }
            } else {
                deadlines += [deadline(of: sandbox, for: .prepareSandbox), deadline(of: volumes, for: .prepareVolumes)]
                deadlines += containers.map(\.deadline)
                deadlines.append(deadline(of: resizing.step, for: .resize))
                deadlines.append(deadline(of: objectFiles, for: .updateVolumes))
                deadlines += volumeImageDeadlines
            }
        case .halt:
            deadlines = [retries.saveAt] + containers.filter(\.isAlive).map(\.deadline)
        case .stop:
            deadlines = [deadline(of: removal, for: .tearDown)]
            deadlines += containers.filter(\.isAlive).map(\.deadline)
        }
        return deadlines.compactMap { $0 }.filter { $0 < .never }.min()
    }

    /// When a piece is tried again; nil while that is under way.
    private func deadline<Value>(of piece: Piece<Value>, for step: PodStep) -> Monotonic? {
        underWay.contains(step) ? nil : piece.deadline
    }

    /// By the clock that does not jump, from a start that may have been seen by an earlier agent.
    mutating func setActiveDeadline(at now: Moment) {
        activeUntil = shape.activeDeadline.map { now.uptime(of: startTime).advanced(by: $0) }
    }

    /// Whether what a step does is still of use; one that is not is given up.
    public func wants(_ step: PodStep) -> Bool {
        guard underWay.contains(step) else { return false }
        switch step {
        case .fetchImage:
            return goal != .stop && verdict == nil
        case .postStart(let container, let attempt):
            guard let index = index(of: container, attempt: attempt) else { return false }
            if case .postStarting = containers[index].stage { return true }
            return false
        case .preStop(let container, let attempt):
            guard let index = index(of: container, attempt: attempt) else { return false }
            if case .stopping(_, .preStop, _) = containers[index].stage { return true }
            return false
        case .probe(let container, let attempt, let kind):
            return index(of: container, attempt: attempt).map { containers[$0].wantedProbes.contains(kind) } ?? false
        default:
            return true
        }
    }

    func index(of container: String, attempt: Int) -> Int? {
        containers.firstIndex { $0.name == container && $0.attempt == attempt }
    }
}
