import PodSpec

/// The parameters of `workload.list`.
public struct WorkloadListRequest: APIValue, Hashable {
    /// Only objects of this kind; nil for all.
    public var kind: WorkloadKind?
    /// Only objects of this namespace; nil for all.
    public var namespace: String?
    /// Only objects of this name.
    public var name: String?

    public init(kind: WorkloadKind? = nil, namespace: String? = nil, name: String? = nil) {
        self.kind = kind
        self.namespace = namespace
        self.name = name
    }

    public static let schema = Schema.object([
        .optional("kind", .choice(WorkloadKind.allCases.map(\.rawValue)), "Only objects of this kind."),
        .optional("namespace", .string, "Only objects of this namespace; all where it is left out."),
        .optional("name", .string, "Only objects of this name."),
    ])
}

/// The result of `workload.list`.
public struct WorkloadList: APIValue {
    public var items: [WorkloadDetail]

    public init(items: [WorkloadDetail]) {
        self.items = items
    }

    public static let schema = Schema.named(
        "WorkloadList",
        .object([.required("items", .array(of: WorkloadDetail.schema), "The objects, with their status.")])
    )
}

/// A workload with what happened to it.
public struct WorkloadDetail: APIValue, Hashable {
    public var object: Workload
    /// The manifest file, relative to the watched folder.
    public var file: String
    /// What happened to it lately, oldest first.
    public var events: [PodEvent]

    public init(object: Workload, file: String, events: [PodEvent]) {
        self.object = object
        self.file = file
        self.events = events
    }

    public static let schema = Schema.named(
        "WorkloadDetail",
        .object([
            .required("object", .workload, "The object, with its status."),
            .required("file", .string, "The manifest file that it comes from."),
            .required("events", .array(of: PodEvent.schema), "What happened to it lately, oldest first."),
        ])
    )
}

extension Schema {
    /// A Deployment, ReplicaSet, DaemonSet, Job or CronJob.
    static let workload = Schema.named(
        "Workload",
        .foreign(
            description: "An apps/v1 Deployment, ReplicaSet or DaemonSet, or a batch/v1 Job or CronJob, with its status.",
            link: "https://kubernetes.io/docs/reference/kubernetes-api/workload-resources/"
        )
    )
}
