/// An event that has an entry of its own kind in the journal: the table of names and message ids.
///
/// The ids never change and are never used again: `journalctl MESSAGE_ID=…`, the catalogue (`hack/packaging/swiftlet.catalog`)
/// and other people's programs go by them.
public enum JournalEvent: String, Sendable, Hashable, CaseIterable {
    case podCreated = "pod-created"
    case sandboxReady = "sandbox-ready"
    case containerStarted = "container-started"
    case containerDied = "container-died"
    case containerOOMKilled = "container-oom-killed"
    case containerBackOff = "container-back-off"
    case imagePulled = "image-pulled"
    case imagePullFailed = "image-pull-failed"
    case podRemoved = "pod-removed"
    case podEvicted = "pod-evicted"
    case nodeCondition = "node-condition"
    case manifestRefused = "manifest-refused"
    case agentReady = "agent-ready"
    case agentStopping = "agent-stopping"

    /// What an event is about: SWIFTLET_TYPE.
    public enum Subject: String, Sendable, Hashable {
        case pod, container, image, manifest, node, agent
    }

    /// MESSAGE_ID: 128 bits in lower-case hexadecimal digits.
    public var messageID: String { row.id }
    /// SWIFTLET_EVENT.
    public var word: String { row.word }
    public var subject: Subject { row.subject }

    private var row: (id: String, word: String, subject: Subject) {
        switch self {
        case .podCreated:
            ("0f74d6f4bae34be08d873785449def22", "create", .pod)
        case .sandboxReady:
            ("f645e8ff2a6e40c8bcfeef7f16df0e3d", "ready", .pod)
        case .containerStarted:
            ("a17512f9ab7144afaeb1543de614aa7d", "start", .container)
        case .containerDied:
            ("81db7b0919a14dde8b7cd6643ca5acf7", "died", .container)
        case .containerOOMKilled:
            ("cbe659a073ed42f092104b7580731f91", "oom", .container)
        case .containerBackOff:
            ("b66ec603288e43b2ba8f876e4072788b", "backoff", .container)
        case .imagePulled:
            ("b074453bfc7b495ea3c1a4a056578c19", "pull", .image)
        case .imagePullFailed:
            ("37870f5099fb46b885cb4f2eb97f401d", "pull-failed", .image)
        case .podRemoved:
            ("9e09c5338fff4b8bb7d9d19e874bf857", "remove", .pod)
        case .podEvicted:
            ("5d0b0c4a5a0c4f6f9a3c7f0c2a1e8d37", "evict", .pod)
        case .nodeCondition:
            ("c1e7a5b2e84e4b1f8f6d09b3d7a24c95", "condition", .node)
        case .manifestRefused:
            ("b4edc8010c9a469db1c62a1a7cd028a6", "refuse", .manifest)
        case .agentReady:
            ("b926996a4d3e445b968f623cff9da5b7", "ready", .agent)
        case .agentStopping:
            ("ac9f239e2fe84558b1db550af338147e", "stop", .agent)
        }
    }
}
