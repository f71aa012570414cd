/// batch/v1 CronJob: a job each time a schedule comes round.
public typealias CronJob = WorkloadObject<CronJobSpec>

public struct CronJobSpec: WorkloadSpecification {
    public static let kind = WorkloadKind.cronJob
    public typealias Status = CronJobStatus

    public enum ConcurrencyPolicy: String, Codable, Sendable, Hashable {
        case allow = "Allow"
        case forbid = "Forbid"
        case replace = "Replace"
    }

    /// What jobs are made of.
    public struct JobTemplate: Codable, Sendable, Hashable {
        public var metadata: PodTemplate.Metadata
        public var spec: JobSpec

        /// Creates a template.
        public init(metadata: PodTemplate.Metadata = PodTemplate.Metadata(), spec: JobSpec) {
            self.metadata = metadata
            self.spec = spec
        }
    }

    public var schedule: String
    /// A name of the time zone database; nil for the machine's own zone.
    public var timeZone: String?
    public var startingDeadlineSeconds: Int64?
    public var concurrencyPolicy: ConcurrencyPolicy
    public var suspend: Bool
    public var successfulJobsHistoryLimit: Int32
    public var failedJobsHistoryLimit: Int32
    public var jobTemplate: JobTemplate

    /// Creates a spec with the API server's defaults.
    public init(schedule: String, jobTemplate: JobTemplate) {
        self.schedule = schedule
        self.jobTemplate = jobTemplate
        concurrencyPolicy = .allow
        suspend = false
        successfulJobsHistoryLimit = 3
        failedJobsHistoryLimit = 1
    }
}

public struct CronJobStatus: Codable, Sendable, Hashable {
    /// A job that runs.
    public struct Reference: Codable, Sendable, Hashable {
        public var apiVersion = "batch/v1"
        public var kind = "Job"
        public var namespace: String
        public var name: String
        public var uid: String

        /// Creates a reference.
        public init(namespace: String, name: String, uid: String) {
            self.namespace = namespace
            self.name = name
            self.uid = uid
        }
    }

    @EmptyByDefault public var active: [Reference]
    public var lastScheduleTime: String?
    public var lastSuccessfulTime: String?
    /// Ours: when it is due next.
    public var nextScheduleTime: String?
    @EmptyByDefault public var warnings: [String]

    public init() {}
}
