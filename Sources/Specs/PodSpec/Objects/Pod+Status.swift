import JSONCoding

extension Pod {
    /// What a pod is at the moment.
    public struct Status: Codable, Sendable, Hashable {
        /// The `metadata.generation` that the status is about.
        public var observedGeneration: Int64?
        public var phase: Phase
        @EmptyByDefault public var conditions: [Condition]
        /// For people: why the pod is in this phase.
        public var message: String?
        /// One word: `Evicted`, `HostPortConflict`, ….
        public var reason: String?
        public var hostIP: String?
        @EmptyByDefault public var hostIPs: [IP]
        public var podIP: String?
        @EmptyByDefault public var podIPs: [IP]
        /// RFC 3339.
        public var startTime: String?
        @EmptyByDefault public var initContainerStatuses: [ContainerStatus]
        @EmptyByDefault public var containerStatuses: [ContainerStatus]
        public var qosClass: QualityOfService?
        /// Ours: the ids of the host that its users have, `FIRST:COUNT`; nil where they are the host's own.
        public var hostIDs: String?
        /// Ours: what of the manifest is known to Kubernetes and not served, and what else the user should know.
        @EmptyByDefault public var warnings: [String]

        /// Creates a status.
        public init(phase: Phase) { self.phase = phase }
    }

    /// The coarse state of a pod.
    public enum Phase: String, Codable, Sendable, Hashable {
        case pending = "Pending"
        case running = "Running"
        case succeeded = "Succeeded"
        case failed = "Failed"
        case unknown = "Unknown"
    }

    /// An address.
    public struct IP: Codable, Sendable, Hashable {
        public var ip: String

        /// Creates an address.
        public init(ip: String) { self.ip = ip }
    }

    /// The class that decides who goes first when memory is short.
    public enum QualityOfService: String, Codable, Sendable, Hashable {
        case guaranteed = "Guaranteed"
        case burstable = "Burstable"
        case bestEffort = "BestEffort"
    }

    /// One aspect of a pod's state: `PodScheduled`, `Initialized`, `ContainersReady`, `Ready`.
    public struct Condition: Codable, Sendable, Hashable {
        public var type: String
        /// `True`, `False` or `Unknown`.
        public var status: String
        /// The `metadata.generation` that it is about.
        public var observedGeneration: Int64?
        public var lastProbeTime: String?
        public var lastTransitionTime: String?
        public var reason: String?
        public var message: String?

        /// Creates a condition.
        public init(type: String, status: Bool, lastTransitionTime: String? = nil) {
            self.type = type
            self.status = status ? "True" : "False"
            self.lastTransitionTime = lastTransitionTime
        }
    }
}

/// What a container is at the moment.
public struct ContainerStatus: Codable, Sendable, Hashable {
    public var name: String
    public var state: ContainerState
    /// How the run before this one ended.
    public var lastState: ContainerState
    public var ready: Bool
    public var started: Bool?
    public var restartCount: Int32
    public var image: String
    public var imageID: String
    public var containerID: String?
    /// The signal that its manifest names.
    public var stopSignal: String?
    /// The requests that it has been granted.
    @EmptyByDefault public var allocatedResources: [String: Quantity]
    /// The requests and limits that are in force.
    public var resources: ResourceRequirements?

    /// Creates the status of a container that has not run yet.
    public init(name: String, image: String, state: ContainerState) {
        self.name = name
        self.image = image
        self.state = state
        lastState = ContainerState()
        ready = false
        restartCount = 0
        imageID = ""
    }
}

/// A container's state: at most one of the three is set.
public struct ContainerState: Codable, Sendable, Hashable {
    /// Not running yet, or not running again yet.
    public struct Waiting: Codable, Sendable, Hashable {
        /// `ContainerCreating`, `CrashLoopBackOff`, `ImagePullBackOff`, ….
        public var reason: String?
        public var message: String?

        /// Creates a state.
        public init(reason: String?, message: String? = nil) {
            self.reason = reason
            self.message = message
        }
    }

    /// Running.
    public struct Running: Codable, Sendable, Hashable {
        /// RFC 3339.
        public var startedAt: String?

        /// Creates a state.
        public init(startedAt: String?) { self.startedAt = startedAt }
    }

    /// Ended.
    public struct Terminated: Codable, Sendable, Hashable {
        public var exitCode: Int32
        public var signal: Int32?
        /// `Completed`, `Error`, `OOMKilled`, ….
        public var reason: String?
        public var message: String?
        public var startedAt: String?
        public var finishedAt: String?
        public var containerID: String?

        /// Creates a state.
        public init(exitCode: Int32, reason: String?) {
            self.exitCode = exitCode
            self.reason = reason
        }
    }

    public var waiting: Waiting?
    public var running: Running?
    public var terminated: Terminated?

    /// No state known.
    public init() {}

    /// Waiting for a reason.
    public static func waiting(reason: String, message: String? = nil) -> ContainerState {
        var state = ContainerState()
        state.waiting = Waiting(reason: reason, message: message)
        return state
    }

    /// Running since a time.
    public static func running(startedAt: String) -> ContainerState {
        var state = ContainerState()
        state.running = Running(startedAt: startedAt)
        return state
    }

    /// Ended.
    public static func terminated(_ terminated: Terminated) -> ContainerState {
        var state = ContainerState()
        state.terminated = terminated
        return state
    }
}
