import CRISpec
import JSONCoding

/// `sandbox.json`: a sandbox as it is about to be made, or is.
struct SandboxRecord: Codable, Sendable, Hashable {
    enum Phase: String, Codable, Sendable, Hashable {
        /// Cut off here, it is removed by the next agent: nobody has been told its id.
        case making
        case ready
        case stopped
    }

    /// The format; another one is refused.
    static let version = 1

    var version = SandboxRecord.version
    var id: String
    /// The message `PodSandboxConfig`.
    var config: JSONNode
    var runtimeHandler: String
    /// Nanoseconds since 1970.
    var createdAt: Int64
    /// Of the machine's boot in which it was made: of another one nothing runs any more.
    var bootID: String
    var phase = Phase.making
    /// The first is the main one; none on the host's network.
    var addresses: [String] = []

    init(id: String, config: CRI.PodSandboxConfig, runtimeHandler: String, createdAt: Int64, bootID: String) {
        self.id = id
        self.config = config.node
        self.runtimeHandler = runtimeHandler
        self.createdAt = createdAt
        self.bootID = bootID
    }
}

/// `<container id>.json`.
struct ContainerRecord: Codable, Sendable, Hashable {
    enum State: Codable, Sendable, Hashable {
        case created
        /// About to run: what becomes of it is found out by the next agent.
        case starting
        case running(startedAt: Int64)
        case exited(ContainerEnd)
    }

    var version = SandboxRecord.version
    var id: String
    var sandboxID: String
    /// The message `ContainerConfig`, with resources as they were changed last.
    var config: JSONNode
    /// Nanoseconds since 1970.
    var createdAt: Int64
    var state = State.created
    var image: ImageFacts
    var user: UserFacts
    var logPath: String
    var cgroup: String

    /// What was found out of its image when it was made.
    struct ImageFacts: Codable, Sendable, Hashable {
        /// The digest of the image's configuration.
        var id: String
        /// `repository@digest`, or else the id.
        var reference: String
        var stopSignal: String?
    }

    struct UserFacts: Codable, Sendable, Hashable {
        var uid: UInt32
        var gid: UInt32
        var groups: [UInt32]
    }
}

/// How a container ended.
struct ContainerEnd: Codable, Sendable, Hashable {
    /// Nanoseconds since 1970; 0 where it never ran.
    var startedAt: Int64
    var finishedAt: Int64
    var exitCode: Int32
    /// `Completed`, `Error`, `OOMKilled`, `StartError`, `Unknown`.
    var reason: String
    var message = ""
}
