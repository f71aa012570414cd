import UsageSpec

/// The parameters of `pod.stats`.
public struct PodStatsRequest: APIValue, Hashable {
    /// Only pods of this namespace; nil for all.
    public var namespace: String?
    /// Only the pod of this name.
    public var name: String?
    /// Whether files are counted too; that takes a walk through them, which is not repeated at once.
    public var disk: Bool?

    public init(namespace: String? = nil, name: String? = nil, disk: Bool? = nil) {
        self.namespace = namespace
        self.name = name
        self.disk = disk
    }

    public static let schema = Schema.object([
        .optional("namespace", .string, "Only pods of this namespace; all where it is left out."),
        .optional("name", .string, "Only the pod of this name."),
        .optional("disk", .boolean, "Whether files are counted too; that takes a walk through them."),
    ])
}

/// The result of `pod.stats`.
public struct PodStatsList: APIValue, Hashable {
    /// By namespace and name; pods of which nothing runs have no usage.
    public var items: [PodStats]

    public init(items: [PodStats]) {
        self.items = items
    }

    public static let schema = Schema.named(
        "PodStatsList",
        .object([.required("items", .array(of: PodStats.schema), "The pods, by namespace and name.")])
    )
}

/// What a pod uses.
public struct PodStats: APIValue, Hashable {
    /// What a container uses, one that runs.
    public struct Container: APIValue, Hashable {
        public var name: String
        public var id: String
        /// As the manifest names it, and as it is in the store.
        public var image: String
        public var imageID: String?
        /// RFC 3339.
        public var startedAt: String?
        public var restarts: Int
        public var usage: GroupUsage
        /// What it has written to its own files, and to its logs.
        public var rootfs: FolderUsage?
        public var logs: FolderUsage?

        public init(name: String, id: String, image: String, restarts: Int, usage: GroupUsage) {
            self.name = name
            self.id = id
            self.image = image
            self.restarts = restarts
            self.usage = usage
        }

        public static let schema = Schema.named(
            "PodStats.Container",
            .object([
                .required("name", .string, "Its name in the pod."), .required("id", .string, "Of this instance."),
                .required("image", .string, "Its image, as the manifest names it."),
                .optional("imageID", .string, "Its image, as it is in the store."),
                .optional("startedAt", .time, "When it started."),
                .required("restarts", .count, "How often it has been restarted."),
                .required("usage", GroupUsage.schema, "What it uses."),
                .optional("rootfs", FolderUsage.schema, "What it has written to its own files."),
                .optional("logs", FolderUsage.schema, "What its logs take up."),
            ])
        )
    }

    /// What the files of a volume take up.
    public struct Volume: APIValue, Hashable {
        public var name: String
        public var usage: FolderUsage
        /// Where the volume is that of a claim: its name.
        public var claim: String?

        public init(name: String, usage: FolderUsage, claim: String? = nil) {
            self.name = name
            self.usage = usage
            self.claim = claim
        }

        public static let schema = Schema.named(
            "PodStats.Volume",
            .object([
                .required("name", .string, "Its name in the pod."),
                .required("usage", FolderUsage.schema, "What its files take up."),
                .optional("claim", .string, "The claim that it is of."),
            ])
        )
    }

    public var namespace: String
    public var name: String
    public var uid: String
    /// RFC 3339, when it was measured.
    public var time: String
    public var startedAt: String?
    /// Of the pod's group: its containers and what looks after them. Nil where nothing of it runs.
    public var usage: GroupUsage?
    public var containers: [Container] = []
    /// Of the pod's own network; nil where it has the host's, or none.
    public var network: [InterfaceUsage]?
    public var volumes: [Volume]?

    public init(namespace: String, name: String, uid: String, time: String) {
        self.namespace = namespace
        self.name = name
        self.uid = uid
        self.time = time
    }

    public static let schema = Schema.named(
        "PodStats",
        .object([
            .required("namespace", .string, "Its namespace."), .required("name", .string, "Its name."),
            .required("uid", .string, "Its UID."), .required("time", .time, "When it was measured."),
            .optional("startedAt", .time, "When it was begun."),
            .optional("usage", GroupUsage.schema, "What it uses as a whole, where something of it runs."),
            .required("containers", .array(of: Container.schema), "Its containers that run."),
            .optional("network", .array(of: InterfaceUsage.schema), "Its interfaces, where it has its own network."),
            .optional("volumes", .array(of: Volume.schema), "Its volumes on the disk, where files are counted."),
        ])
    )
}
