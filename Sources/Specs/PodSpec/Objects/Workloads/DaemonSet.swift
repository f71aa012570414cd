/// apps/v1 DaemonSet: one pod on the node.
public typealias DaemonSet = WorkloadObject<DaemonSetSpec>

public struct DaemonSetSpec: WorkloadSpecification {
    public static let kind = WorkloadKind.daemonSet
    public typealias Status = DaemonSetStatus

    /// How the pod is replaced.
    public struct Strategy: Codable, Sendable, Hashable {
        public enum Kind: String, Codable, Sendable, Hashable {
            case rollingUpdate = "RollingUpdate"
            /// When the pod that is there has gone by itself.
            case onDelete = "OnDelete"
        }

        public var type: Kind
        public var rollingUpdate: RollingUpdate?

        /// Creates a strategy.
        public init(_ type: Kind, rollingUpdate: RollingUpdate? = nil) {
            self.type = type
            self.rollingUpdate = rollingUpdate
        }
    }

    public var selector: LabelSelector
    public var template: PodTemplate
    public var updateStrategy: Strategy
    public var minReadySeconds: Int32?
    public var revisionHistoryLimit: Int32?

    /// Creates a spec with the API server's defaults.
    public init(selector: LabelSelector, template: PodTemplate) {
        self.selector = selector
        self.template = template
        updateStrategy = Strategy(
            .rollingUpdate,
            rollingUpdate: RollingUpdate(maxUnavailable: .number(1), maxSurge: .number(0))
        )
        revisionHistoryLimit = 10
    }
}

public struct DaemonSetStatus: Codable, Sendable, Hashable {
    public var observedGeneration: Int64?
    public var desiredNumberScheduled: Int32 = 0
    public var currentNumberScheduled: Int32 = 0
    public var numberMisscheduled: Int32 = 0
    public var numberReady: Int32 = 0
    public var updatedNumberScheduled: Int32 = 0
    public var numberAvailable: Int32 = 0
    public var numberUnavailable: Int32 = 0
    @EmptyByDefault public var conditions: [WorkloadCondition]
    @EmptyByDefault public var warnings: [String]

    public init() {}
}
