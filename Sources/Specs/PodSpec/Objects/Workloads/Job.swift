/// batch/v1 Job: pods that run until enough of them have succeeded.
public typealias Job = WorkloadObject<JobSpec>

public struct JobSpec: WorkloadSpecification {
    public static let kind = WorkloadKind.job
    public typealias Status = JobStatus

    public enum CompletionMode: String, Codable, Sendable, Hashable {
        case nonIndexed = "NonIndexed"
        /// Every completion has a number of its own, and succeeds once.
        case indexed = "Indexed"
    }

    public enum PodReplacementPolicy: String, Codable, Sendable, Hashable {
        case terminatingOrFailed = "TerminatingOrFailed"
        case failed = "Failed"
    }

    public var parallelism: Int32
    /// Nil for a work queue: one success ends it, when the others have ended too.
    public var completions: Int32?
    public var completionMode: CompletionMode
    public var backoffLimit: Int32
    public var backoffLimitPerIndex: Int32?
    public var maxFailedIndexes: Int32?
    public var activeDeadlineSeconds: Int64?
    public var ttlSecondsAfterFinished: Int32?
    public var suspend: Bool?
    public var manualSelector: Bool?
    public var selector: LabelSelector?
    public var managedBy: String?
    public var podFailurePolicy: PodFailurePolicy?
    public var successPolicy: SuccessPolicy?
    public var podReplacementPolicy: PodReplacementPolicy?
    public var template: PodTemplate

    /// Creates a spec with the API server's defaults.
    public init(template: PodTemplate) {
        self.template = template
        parallelism = 1
        completions = 1
        completionMode = .nonIndexed
        backoffLimit = 6
    }
}

/// What a failed pod means for its job; the first rule that fits decides.
public struct PodFailurePolicy: Codable, Sendable, Hashable {
    public enum Action: String, Codable, Sendable, Hashable {
        case failJob = "FailJob"
        case failIndex = "FailIndex"
        case ignore = "Ignore"
        case count = "Count"
    }

    /// A rule about exit codes.
    public struct ExitCodes: Codable, Sendable, Hashable {
        /// Nil for all containers.
        public var containerName: String?
        /// `In` or `NotIn`.
        public var `operator`: String
        public var values: [Int32]

        /// Creates a rule.
        public init(containerName: String? = nil, operator: String, values: [Int32]) {
            self.containerName = containerName
            self.operator = `operator`
            self.values = values
        }
    }

    /// A rule about a pod's condition.
    public struct PodCondition: Codable, Sendable, Hashable {
        public var type: String
        public var status: String?
    }

    public struct Rule: Codable, Sendable, Hashable {
        public var action: Action
        public var onExitCodes: ExitCodes?
        @EmptyByDefault public var onPodConditions: [PodCondition]

        /// Creates a rule about exit codes.
        public init(_ action: Action, onExitCodes: ExitCodes) {
            self.action = action
            self.onExitCodes = onExitCodes
        }
    }

    public var rules: [Rule]

    /// Creates a policy.
    public init(rules: [Rule]) { self.rules = rules }
}

/// When an Indexed job has succeeded although not all indexes have.
public struct SuccessPolicy: Codable, Sendable, Hashable {
    public struct Rule: Codable, Sendable, Hashable {
        /// `0,2-4`.
        public var succeededIndexes: String?
        public var succeededCount: Int32?

        /// Creates a rule.
        public init(succeededIndexes: String? = nil, succeededCount: Int32? = nil) {
            self.succeededIndexes = succeededIndexes
            self.succeededCount = succeededCount
        }
    }

    public var rules: [Rule]

    /// Creates a policy.
    public init(rules: [Rule]) { self.rules = rules }
}

public struct JobStatus: Codable, Sendable, Hashable {
    public var active: Int32 = 0
    public var ready: Int32 = 0
    public var terminating: Int32 = 0
    public var succeeded: Int32 = 0
    public var failed: Int32 = 0
    /// `0-2,5`.
    public var completedIndexes: String?
    public var failedIndexes: String?
    public var startTime: String?
    public var completionTime: String?
    @EmptyByDefault public var conditions: [WorkloadCondition]
    @EmptyByDefault public var warnings: [String]

    public init() {}
}
