import Linux
import PodSpec

/// A pod as it is now.
public struct PodSnapshot: Sendable, Hashable {
    /// The manifest with its status.
    public var pod: Pod
    /// The manifest that it follows.
    public var desired: DesiredPod
    /// The manifest file, relative to the watched folder.
    public var file: String
    /// What happened to it, the latest last.
    public var events: [PodOccurrence]
    /// Whether it is being removed.
    public var isTerminating: Bool
    /// Whether it has ended and given its sandbox back.
    var isReleased = false
    /// The containers that run now, with what exec and logs need to find them.
    public var containers: [ContainerSnapshot]

    public var key: PodKey { PodKey(namespace: pod.metadata.namespace, name: pod.metadata.name) }
}

/// Where a container of a pod is to be found.
public struct ContainerSnapshot: Sendable, Hashable {
    public var name: String
    public var attempt: Int
    /// `<pod uid>_<container>_<attempt>`.
    public var id: String
    /// Nil where it does not run.
    public var pid: Int32?
    /// The log of this attempt.
    public var logPath: String
    /// The log of the attempt before; nil for the first.
    public var previousLogPath: String?
    /// How far the pull of its image is, while one is under way.
    public var pull: ImagePullProgress?
}

/// What changed.
public enum PodChange: Sendable, Hashable {
    /// The pod is new or has another status. Its latest snapshot is in the store.
    case changed(PodKey)
    case removed(PodKey)
    /// The list of manifest problems is another.
    case problems
}
