/// Why a step failed: a reason as Kubernetes names it, and what a person can read.
public struct StepFailure: Error, Sendable, Hashable, CustomStringConvertible {
    public var reason: PodReason
    public var message: String
    /// Whether it is for want of an object beside the pod: the step is tried again when that is there, not by the clock.
    public var awaitsObjects = false
    /// Whether the pod goes for the sake of the machine, and not for what it did itself: `DisruptionTarget`.
    public var isDisruption = false

    public init(_ reason: PodReason, _ message: String) {
        self.reason = reason
        self.message = message
    }

    public var description: String { "\(reason): \(message)" }
}

/// Reasons of container states, pod statuses and events, in the words of Kubernetes.
public struct PodReason: RawRepresentable, Sendable, Hashable, CustomStringConvertible {
    public var rawValue: String

    public init(rawValue: String) {
        self.rawValue = rawValue
    }

    public var description: String { rawValue }

    private init(_ text: String) { rawValue = text }

    // Waiting.
    public static let containerCreating = PodReason("ContainerCreating")
    public static let podInitializing = PodReason("PodInitializing")
    public static let crashLoopBackOff = PodReason("CrashLoopBackOff")
    public static let errImagePull = PodReason("ErrImagePull")
    public static let imagePullBackOff = PodReason("ImagePullBackOff")
    public static let errImageNeverPull = PodReason("ErrImageNeverPull")
    public static let signatureValidationFailed = PodReason("SignatureValidationFailed")
    public static let invalidImageName = PodReason("InvalidImageName")
    public static let createContainerConfigError = PodReason("CreateContainerConfigError")
    public static let createContainerError = PodReason("CreateContainerError")
    public static let runContainerError = PodReason("RunContainerError")
    public static let failedCreatePodSandBox = PodReason("FailedCreatePodSandBox")
    public static let runtimeClassNotFound = PodReason("RuntimeClassNotFound")
    public static let sysctlForbidden = PodReason("SysctlForbidden")
    public static let hostPortConflict = PodReason("HostPortConflict")
    public static let failedMount = PodReason("FailedMount")
    public static let failedRecord = PodReason("FailedRecord")
    public static let nodePressure = PodReason("NodePressure")
    public static let outOfStorage = PodReason("OutOfephemeral-storage")

    // Terminated.
    public static let completed = PodReason("Completed")
    public static let error = PodReason("Error")
    public static let oomKilled = PodReason("OOMKilled")
    public static let startError = PodReason("StartError")
    public static let containerStatusUnknown = PodReason("ContainerStatusUnknown")

    // Pods.
    public static let deadlineExceeded = PodReason("DeadlineExceeded")
    public static let evicted = PodReason("Evicted")

    // Resizes.
    public static let infeasible = PodReason("Infeasible")
    public static let deferred = PodReason("Deferred")
    public static let resizeCompleted = PodReason("ResizeCompleted")
    public static let resizeInfeasible = PodReason("ResizeInfeasible")
    public static let resizeDeferred = PodReason("ResizeDeferred")
    public static let resizeError = PodReason("ResizeError")

    // Events.
    public static let pulling = PodReason("Pulling")
    public static let failedToRetrieveImagePullSecret = PodReason("FailedToRetrieveImagePullSecret")
    public static let pulled = PodReason("Pulled")
    public static let failed = PodReason("Failed")
    public static let backOff = PodReason("BackOff")
    public static let unhealthy = PodReason("Unhealthy")
    public static let probeWarning = PodReason("ProbeWarning")
    public static let failedPostStartHook = PodReason("FailedPostStartHook")
    public static let failedPreStopHook = PodReason("FailedPreStopHook")
    public static let created = PodReason("Created")
    public static let started = PodReason("Started")
    public static let restartingAllContainers = PodReason("RestartingAllContainers")
    public static let killing = PodReason("Killing")
    public static let failedKillPod = PodReason("FailedKillPod")
    public static let nodeShutdown = PodReason("NodeShutdown")
    public static let sandboxChanged = PodReason("SandboxChanged")
    public static let adopted = PodReason("Adopted")
    public static let manifestChanged = PodReason("ManifestChanged")
    public static let badManifest = PodReason("BadManifest")
    public static let terminating = PodReason("Terminating")
}
