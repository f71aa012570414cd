/// apps/v1 Deployment: so many pods of a template, replaced step by step when it changes.
public typealias Deployment = WorkloadObject<DeploymentSpec>

public struct DeploymentSpec: WorkloadSpecification {
    public static let kind = WorkloadKind.deployment
    public typealias Status = DeploymentStatus

    /// How pods are replaced.
    public struct Strategy: Codable, Sendable, Hashable {
        public enum Kind: String, Codable, Sendable, Hashable {
            case rollingUpdate = "RollingUpdate"
            case recreate = "Recreate"
        }

        public var type: Kind
        public var rollingUpdate: RollingUpdate?

        /// Creates a strategy.
        public init(_ type: Kind, rollingUpdate: RollingUpdate? = nil) {
            self.type = type
            self.rollingUpdate = rollingUpdate
        }
    }

    public var replicas: Int32
    public var selector: LabelSelector
    public var template: PodTemplate
    public var strategy: Strategy
    public var minReadySeconds: Int32?
    public var revisionHistoryLimit: Int32?
    public var paused: Bool?
    public var progressDeadlineSeconds: Int32?

    /// Creates a spec with the API server's defaults.
    public init(replicas: Int32 = 1, selector: LabelSelector, template: PodTemplate) {
        self.replicas = replicas
        self.selector = selector
        self.template = template
        strategy = Strategy(
            .rollingUpdate,
            rollingUpdate: RollingUpdate(maxUnavailable: .percent(25), maxSurge: .percent(25))
        )
        revisionHistoryLimit = 10
        progressDeadlineSeconds = 600
    }
}

/// How many pods may be missing and how many may be too many while they are replaced.
public struct RollingUpdate: Codable, Sendable, Hashable {
    public var maxUnavailable: IntOrPercent?
    public var maxSurge: IntOrPercent?

    /// Creates the limits.
    public init(maxUnavailable: IntOrPercent?, maxSurge: IntOrPercent?) {
        self.maxUnavailable = maxUnavailable
        self.maxSurge = maxSurge
    }
}

public struct DeploymentStatus: Codable, Sendable, Hashable {
    public var observedGeneration: Int64?
    public var replicas: Int32 = 0
    public var updatedReplicas: Int32 = 0
    public var readyReplicas: Int32 = 0
    public var availableReplicas: Int32 = 0
    public var unavailableReplicas: Int32 = 0
    public var terminatingReplicas: Int32?
    @EmptyByDefault public var conditions: [WorkloadCondition]
    /// Ours: what is not served, or is served in another way.
    @EmptyByDefault public var warnings: [String]

    public init() {}
}

/// apps/v1 ReplicaSet: so many pods of a template; those that are there stay when it changes.
public typealias ReplicaSet = WorkloadObject<ReplicaSetSpec>

public struct ReplicaSetSpec: WorkloadSpecification {
    public static let kind = WorkloadKind.replicaSet
    public typealias Status = ReplicaSetStatus

    public var replicas: Int32
    public var selector: LabelSelector
    public var template: PodTemplate
    public var minReadySeconds: Int32?

    /// Creates a spec.
    public init(replicas: Int32 = 1, selector: LabelSelector, template: PodTemplate) {
        self.replicas = replicas
        self.selector = selector
        self.template = template
    }
}

public struct ReplicaSetStatus: Codable, Sendable, Hashable {
    public var observedGeneration: Int64?
    public var replicas: Int32 = 0
    public var fullyLabeledReplicas: Int32 = 0
    public var readyReplicas: Int32 = 0
    public var availableReplicas: Int32 = 0
    public var terminatingReplicas: Int32?
    @EmptyByDefault public var conditions: [WorkloadCondition]
    @EmptyByDefault public var warnings: [String]

    public init() {}
}
