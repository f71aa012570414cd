import JSONCoding

/// The parameters of `pod.diff`.
public struct PodDiffRequest: APIValue, Hashable {
    /// A manifest file as it would be put into the watched folder.
    public struct Manifest: APIValue, Hashable {
        /// What its problems are told by; the file itself is not looked at.
        public var file: String
        /// YAML or JSON.
        public var text: String

        public init(file: String, text: String) {
            self.file = file
            self.text = text
        }

        public static let schema = Schema.object([
            .required("file", .string, "The file's name, for problems; the file itself is not looked at."),
            .required("text", .string, "What it says: YAML or JSON, several documents."),
        ])
    }

    public var manifests: [Manifest]
    /// Whether these are all files that there would be: pods that none of them names would go.
    public var prune: Bool?

    public init(manifests: [Manifest], prune: Bool? = nil) {
        self.manifests = manifests
        self.prune = prune
    }

    public static let schema = Schema.object([
        .required("manifests", .array(of: Manifest.schema, minimumCount: 1), "The manifest files."),
        .optional("prune", .boolean, "Whether pods that none of them names would be removed."),
    ])
}

/// The result of `pod.diff`.
public struct PodDiff: APIValue, Hashable {
    /// By namespace and name.
    public var pods: [PodPlan]
    /// What is wrong with the manifests; their pods would stay as they are.
    public var problems: [ManifestNotice]

    public init(pods: [PodPlan], problems: [ManifestNotice]) {
        self.pods = pods
        self.problems = problems
    }

    public static let schema = Schema.named(
        "PodDiff",
        .object([
            .required("pods", .array(of: PodPlan.schema), "What would become of each pod."),
            .required("problems", .array(of: ManifestNotice.schema), "What is wrong with the manifests."),
        ])
    )
}

/// What would become of one pod.
public struct PodPlan: APIValue, Hashable {
    public enum Action: String, Codable, Sendable, CaseIterable {
        /// Nothing has changed.
        case none
        /// Nothing that runs changes: labels, annotations, what counts later.
        case describe
        /// Figures change, or containers start anew; the pod stays.
        case update
        /// Another pod takes its place.
        case recreate
        case create
        case remove
    }

    /// One field and what its change costs.
    public struct Change: APIValue, Hashable {
        public enum Effect: String, Codable, Sendable, CaseIterable {
            case describe, resize, restart, recreate
        }

        public var effect: Effect
        /// The container that starts anew.
        public var container: String?
        /// `spec.containers[web].image`.
        public var path: String
        /// Told where a word tells it.
        public var from: String?
        public var to: String?

        public init(effect: Effect, container: String? = nil, path: String, from: String? = nil, to: String? = nil) {
            self.effect = effect
            self.container = container
            self.path = path
            self.from = from
            self.to = to
        }

        public static let schema = Schema.object([
            .required("effect", .choice(Effect.allCases.map(\.rawValue)), "What the change costs."),
            .optional("container", .string, "The container that starts anew."),
            .required("path", .string, "The field; containers by their names."),
            .optional("from", .string, "What it was, where a word tells it."),
            .optional("to", .string, "What it becomes, where a word tells it."),
        ])
    }

    public var namespace: String
    public var name: String
    public var action: Action
    public var changes: [Change]

    public init(namespace: String, name: String, action: Action, changes: [Change] = []) {
        self.namespace = namespace
        self.name = name
        self.action = action
        self.changes = changes
    }

    public static let schema = Schema.named(
        "PodPlan",
        .object([
            .required("namespace", .string, "The pod's namespace."),
            .required("name", .string, "The pod's name."),
            .required("action", .choice(Action.allCases.map(\.rawValue)), "What would become of it."),
            .required("changes", .array(of: Change.schema), "The fields that have changed."),
        ])
    )
}
