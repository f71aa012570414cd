/// What happens to workloads, in the words of Kubernetes' controllers.
extension PodReason {
    public static let successfulCreate = PodReason(rawValue: "SuccessfulCreate")
    public static let successfulDelete = PodReason(rawValue: "SuccessfulDelete")
    public static let revisionChanged = PodReason(rawValue: "RevisionChanged")
    public static let jobCompleted = PodReason(rawValue: "Completed")
    public static let jobFailed = PodReason(rawValue: "JobFailed")
    public static let jobSuspended = PodReason(rawValue: "Suspended")
    public static let jobResumed = PodReason(rawValue: "Resumed")
    public static let jobReplaced = PodReason(rawValue: "JobReplaced")
    public static let jobExpired = PodReason(rawValue: "TTLExpired")
    public static let jobAlreadyActive = PodReason(rawValue: "JobAlreadyActive")
    public static let missSchedule = PodReason(rawValue: "MissSchedule")
    public static let unknownTimeZone = PodReason(rawValue: "UnknownTimeZone")
    public static let sawCompletedJob = PodReason(rawValue: "SawCompletedJob")
    public static let clockSetBack = PodReason(rawValue: "ClockSetBack")
}
