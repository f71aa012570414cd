import Linux
import PodSpec

/// Something that happened to a pod or the node: what `PodOccurrence` says, as it happens, and what only the log says.
public struct EngineHappening: Sendable, Hashable {
    public enum Subject: String, Sendable, Hashable {
        case pod, container, image, network, node, manifest
    }

    /// The pod that it is about, or that it happened to.
    public struct Owner: Sendable, Hashable {
        public var key: PodKey
        public var uid: String

        public init(key: PodKey, uid: String) {
            self.key = key
            self.uid = uid
        }
    }

    public var time: Timestamp
    public var kind = PodOccurrence.Kind.normal
    public var subject: Subject
    public var reason: String
    public var message: String
    public var pod: Owner?
    public var container: String?
    /// Of the instance that it is about.
    public var containerID: String?
    /// Of an image, a network or a manifest file.
    public var name: String?
    /// With `ContainerDied`.
    public var exit: ContainerTermination?

    public init(_ subject: Subject, _ reason: String, _ message: String, of pod: Owner? = nil, at time: Timestamp) {
        self.subject = subject
        self.reason = reason
        self.message = message
        self.pod = pod
        self.time = time
    }
}

/// Something that the engine has done, to be counted.
public enum EngineMeasurement: Sendable, Hashable {
    case podBegun
    /// A pod runs for the first time, so long after it was begun.
    case podRunning(after: Duration)
    case podGone(EngineHappening.Owner)
    case containerStarted(isRestart: Bool)
    /// A step of a pod's worker has taken so long. The word is one of `PodStep`'s.
    case step(String, Duration)
    /// A probe was answered.
    case probed(EngineHappening.Owner, container: String, ProbeKind, HandlerResult, Duration)
    /// By the kubelet's name of what ran out: `memory.available`.
    case evicted(signal: String)
    case imageCollected
}
