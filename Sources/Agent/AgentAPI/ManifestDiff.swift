/// The result of `manifest.diff`: what would become of objects of all kinds.
public struct ManifestDiff: APIValue, Hashable {
    /// Pods that manifests name.
    public var pods: [PodPlan]
    /// Everything else, by kind, namespace and name.
    public var objects: [ObjectPlan]
    /// What is wrong with the manifests; their objects would stay as they are.
    public var problems: [ManifestNotice]

    public init(pods: [PodPlan], objects: [ObjectPlan], problems: [ManifestNotice]) {
        self.pods = pods
        self.objects = objects
        self.problems = problems
    }

    public var isEmpty: Bool { pods.allSatisfy { $0.action == .none } && objects.allSatisfy { $0.action == .none } }

    public static let schema = Schema.named(
        "ManifestDiff",
        .object([
            .required("pods", .array(of: PodPlan.schema), "What would become of each pod that a manifest names."),
            .required("objects", .array(of: ObjectPlan.schema), "What would become of each other object."),
            .required("problems", .array(of: ManifestNotice.schema), "What is wrong with the manifests."),
        ])
    )
}

/// What would become of an object other than a pod.
public struct ObjectPlan: APIValue, Hashable {
    public enum Action: String, Codable, Sendable, CaseIterable {
        case none, create, update, remove
    }

    /// One field. Values are told of workloads only.
    public struct Change: APIValue, Hashable {
        /// `spec.replicas`, `spec.template.spec.containers[web].image`, `data[app.conf]`.
        public var path: String
        public var from: String?
        public var to: String?

        public init(path: String, from: String? = nil, to: String? = nil) {
            self.path = path
            self.from = from
            self.to = to
        }

        public static let schema = Schema.object([
            .required("path", .string, "The field, or the key of a ConfigMap or Secret."),
            .optional("from", .string, "What it was, where a word tells it and it may be told."),
            .optional("to", .string, "What it becomes, where a word tells it and it may be told."),
        ])
    }

    public var object: ObjectReference
    public var action: Action
    public var changes: [Change]
    /// Of a workload: whether its pods are replaced. Of a ConfigMap, Secret or claim: nil.
    public var replacesPods: Bool?
    /// The pods that name a ConfigMap, Secret or claim.
    public var usedBy: [String]

    public init(_ object: ObjectReference, action: Action, changes: [Change] = [], usedBy: [String] = []) {
        self.object = object
        self.action = action
        self.changes = changes
        self.usedBy = usedBy
    }

    public static let schema = Schema.named(
        "ObjectPlan",
        .object([
            .required("object", ObjectReference.schema, "Which one."),
            .required("action", .choice(Action.allCases.map(\.rawValue)), "What would become of it."),
            .required("changes", .array(of: Change.schema), "The fields and keys that have changed."),
            .optional("replacesPods", .boolean, "Of a workload: whether its pods are replaced."),
            .required("usedBy", .array(of: .string), "The pods that name it."),
        ])
    )
}
