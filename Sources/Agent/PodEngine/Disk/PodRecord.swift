import JSONCoding
import Linux
import PodSpec

/// `pod.json`: what the engine is about to make, or has made. Written before anything of the pod exists, removed after
/// everything of it is gone.
public struct PodRecord: Codable, Sendable, Hashable {
    /// The format; another one is refused.
    public static let version = 1

    public var version = PodRecord.version
    /// RFC 3339.
    public var startTime: String
    /// The manifest file, relative to the watched folder: decides between two files that name one pod.
    public var file: String
    public var warnings: [String]
    /// `PodIdentity.fingerprint` of the spec as it was written. Not in the records of the first agents.
    public var fingerprint: String?
    /// Whether the manifest names the UID. Nil in records of earlier agents.
    public var hasGivenUID: Bool?
    /// By container: attempts up to this one are of an earlier spec, and are replaced. Nil where there are none.
    public var outdatedAttempts: [String: Int]?
    /// What of the pod's requests and limits is not in force yet. Nil where all is.
    public var resize: UnfinishedResize?
    /// How many specs the pod has had with this one. Nil in records of earlier agents.
    public var generation: Int64?
    /// The ids of its user namespace; nil where it has none.
    public var users: IDRange?
    public var pod: Pod

    public init(startTime: Timestamp, file: String, warnings: [String], fingerprint: String?, pod: Pod) {
        self.startTime = startTime.description
        self.file = file
        self.warnings = warnings
        self.fingerprint = fingerprint
        self.pod = pod
    }

    var key: PodKey { PodKey(namespace: pod.metadata.namespace, name: pod.metadata.name) }
}

/// `state.json`: what has to be remembered of a pod's containers.
public struct PodHistory: Codable, Sendable, Hashable {
    public struct End: Codable, Sendable, Hashable {
        public var exitCode: Int32
        public var signal: Int32?
        public var reason: String
        public var message: String?
        public var startedAt: String?
        public var finishedAt: String
    }

    public struct Container: Codable, Sendable, Hashable {
        public var name: String
        /// The attempt that is under way, waits, or was the last.
        public var attempt: Int
        /// Whether this attempt was seen running.
        public var running: Bool
        public var startedAt: String?
        /// The end of this attempt, where it stays ended.
        public var end: End?
        /// The end of the attempt before.
        public var previous: End?
        /// The next crash costs this many milliseconds.
        public var backoffMilliseconds: Int64?
        /// RFC 3339: until when this attempt waits, or when it began.
        public var backoffUntil: String?
        /// What the probes of this attempt have come to say: whether it has started, and whether it is ready.
        public var probedStarted: Bool?
        public var probedReady: Bool?
    }

    public struct Condition: Codable, Sendable, Hashable {
        public var type: String
        public var isTrue: Bool
        /// RFC 3339.
        public var since: String
    }

    /// Why the pod has failed as a whole.
    public struct Verdict: Codable, Sendable, Hashable {
        public var reason: String
        public var message: String
        /// Whether it went for the sake of the machine; nil where it did not.
        public var isDisruption: Bool?
    }

    public var version = PodRecord.version
    public var containers: [Container]
    /// Since when the pod's conditions are as they are. Not in the records of the first agents.
    public var conditions: [Condition]?
    public var verdict: Verdict?
    /// The addresses that the pod has, or had last.
    public var addresses: [String]?
}
