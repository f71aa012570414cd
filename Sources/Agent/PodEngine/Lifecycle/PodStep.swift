import Linux

/// Something that a pod's lifecycle wants done. Steps that are answered together run at the same time.
public enum PodStep: Sendable, Hashable {
    /// Write down what is about to be made.
    case record
    /// Cgroup, namespaces, network, files under `/etc`.
    case prepareSandbox
    case prepareVolumes
    /// Bring the files up to date that are made of objects beside the pod, or of what is said about it.
    case updateVolumes
    /// Look the image up, or pull it.
    case fetchImage(ImageRequest)
    case start(container: String, attempt: Int)
    /// Carry out its postStart hook.
    case postStart(container: String, attempt: Int)
    /// Carry out its preStop hook, for as long as its grace period lasts.
    case preStop(container: String, attempt: Int)
    /// Put the question of a probe again and again, and tell what comes of it.
    case probe(container: String, attempt: Int, ProbeKind)
    /// Wait for its end.
    case watch(container: String, attempt: Int)
    /// Wait for the end of the process that holds the pod's PID namespace.
    case watchInit(attempt: Int)
    /// Ask it to end, with the signal that the manifest or its image names.
    case terminate(container: String, attempt: Int)
    case kill(container: String, attempt: Int)
    /// Judge requests and limits that have changed, and give them to the cgroups.
    case resize
    /// Write restart counts and ends down, durably.
    case save
    /// Give back what a pod that has finished needs no more: addresses, host ports, namespaces, mounts, cgroup.
    case releaseSandbox
    /// Remove everything that the pod has.
    case tearDown

    /// Whether the pod's end has to wait for this step.
    var holdsTearDown: Bool {
        switch self {
        // What ends with the container, or at the latest with the pod.
        case .watch, .watchInit, .probe, .postStart, .preStop, .tearDown: false
        default: true
        }
    }

    /// Whether it may take as long as somebody else likes, and is given up when nobody needs it any more.
    var mayBeGivenUp: Bool {
        switch self {
        case .fetchImage, .postStart, .preStop, .probe: true
        default: false
        }
    }
}

/// What came of a step, or what is newly wanted.
public enum PodEvent: Sendable, Hashable {
    case recorded
    case recordFailed(StepFailure)
    case sandboxReady(PodNetworkState?)
    case sandboxFailed(StepFailure)
    /// The process that holds the pod's PID namespace runs; told before the sandbox is ready.
    case initStarted(attempt: Int)
    case initEnded(attempt: Int)
    case volumesReady
    case volumesFailed(StepFailure)
    /// ConfigMaps, Secrets or claims of the pod's namespace are other ones.
    case objectsChanged
    case volumesUpdated
    case volumesNotUpdated(StepFailure)
    case imagePulling(ImageRequest)
    /// Secrets that the pod names for its pulls and that are of no use: not there, or of another type.
    case pullSecretsMissing([String])
    case imageProgress(ImageRequest, ImagePullProgress)
    case imageReady(ImageRequest, PodImage, pulled: Bool)
    case imageFailed(ImageRequest, StepFailure)
    case started(container: String, attempt: Int, RunningContainer)
    /// The container could not be made: the attempt is made again.
    case makeFailed(container: String, attempt: Int, StepFailure)
    /// Its command could not be run: the attempt counts.
    case startFailed(container: String, attempt: Int, String)
    case ended(container: String, attempt: Int, ContainerTermination)
    /// The hook has ended, or failed.
    case postStarted(container: String, attempt: Int, error: String?)
    case preStopped(container: String, attempt: Int, error: String?)
    /// A probe's answer, where there is something to tell of it.
    case probed(container: String, attempt: Int, ProbeKind, ProbeReport)
    /// A probe is not asked any more.
    case probeEnded(container: String, attempt: Int, ProbeKind)
    /// The signal is out, or could not be sent.
    case signalled(PodStep, error: String?)
    case saved(error: String?)
    case sandboxReleased(errors: [String])
    case tornDown(errors: [String])
    /// The cgroups have it.
    case resized(PodAllocation)
    /// The machine cannot promise it: never (`Infeasible`), or not now (`Deferred`).
    case resizeRefused(StepFailure)
    /// It has been granted and could not be applied, or only in part.
    case resizeFailed(PodAllocation, StepFailure)
    /// What is said about the pod (labels, its file) has changed, nothing of what it is.
    case described
    /// The pod has become another one that can go on from what runs.
    case updated(PodUpdate)
    /// Which conditions of readiness gates the manifest declares, where that has changed.
    case declared([String: Bool])
    /// The pod has failed as a whole, for a reason that lies outside of its containers: they are ended, and it stays as it is.
    case fail(StepFailure)
    /// The same, with its own grace period.
    case evict(StepFailure, grace: Duration)
    /// Its containers are to have so much time to end, whatever its spec says.
    case hurry(grace: Duration)
    /// Why it may not begin now; nil: it may.
    case heldBack(StepFailure?)
    /// The machine is going down: what runs has so much time to end.
    case halt(within: Duration)
    /// It does not go down after all.
    case resume
    /// The pod is not wanted any more.
    case stop
}
