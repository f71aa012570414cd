import PodSpec

/// An image as a container asks for it.
public struct ImageRequest: Sendable, Hashable {
    public var reference: String
    public var policy: ImagePullPolicy

    public init(reference: String, policy: ImagePullPolicy) {
        self.reference = reference
        self.policy = policy
    }
}

/// As much of a container as its lifecycle depends on.
public struct ContainerShape: Sendable, Hashable {
    public enum Role: Sendable, Hashable {
        /// Runs to its end before the next one starts.
        case initial
        /// An init container that stays: the next one starts when it has started, and it ends after the main ones.
        case sidecar
        case main
    }

    public var name: String
    public var role: Role
    public var image: ImageRequest
    /// Its own, or else the pod's.
    public var restartPolicy: Pod.RestartPolicy
    public var restartRules: [ContainerRestartRule] = []
    public var hasPostStart = false
    public var hasPreStop = false
    public var probes: [ProbeKind: ProbeShape] = [:]
    /// Names of the pod's volumes that are images, and that it mounts.
    public var imageVolumes: Set<String> = []

    public init(name: String, role: Role, image: ImageRequest, restartPolicy: Pod.RestartPolicy) {
        self.name = name
        self.role = role
        self.image = image
        self.restartPolicy = restartPolicy
    }

    /// Whether an end with this exit code is followed by another attempt.
    func restarts(after exitCode: Int32) -> Bool {
        if let rule = restartRules.first(where: { $0.matches(exitCode) }) {
            switch rule.action {
            case .restart, .restartAllContainers: return true
            }
        }
        return switch (role, restartPolicy) {
        case (.sidecar, _), (.main, .always): true
        case (_, .never): false
        case (.main, .onFailure), (.initial, _): exitCode != 0
        }
    }
}

extension ContainerShape {
    /// Whether an end with this exit code has all containers of the pod begin anew.
    func restartsAll(after exitCode: Int32) -> Bool {
        restartRules.first { $0.matches(exitCode) }?.action == .restartAllContainers
    }
}

/// As much of a pod as its lifecycle depends on.
public struct PodShape: Sendable, Hashable {
    public var uid: String
    public var key: PodKey
    /// Init containers first, in their order, then the others.
    public var containers: [ContainerShape]
    public var restartPolicy: Pod.RestartPolicy
    public var gracePeriod: Duration
    /// How long it may be on the node, counted from its start; nil for as long as it is wanted.
    public var activeDeadline: Duration?
    /// Conditions that it has to meet besides its containers to be ready.
    public var readinessGates: [String] = []
    /// How much it asks for.
    public var allocation = PodAllocation()
    /// Whether it has volumes whose files are made of objects, or of what is said about it.
    public var followsObjects = false
    /// Whether it brings Secrets along for its pulls.
    public var hasPullSecrets = false
    /// The images that are volumes, by the volumes' names.
    public var volumeImages: [String: ImageRequest] = [:]

    public init(
        uid: String,
        key: PodKey,
        containers: [ContainerShape],
        restartPolicy: Pod.RestartPolicy,
        gracePeriod: Duration
    ) {
        self.uid = uid
        self.key = key
        self.containers = containers
        self.restartPolicy = restartPolicy
        self.gracePeriod = gracePeriod
    }
}
