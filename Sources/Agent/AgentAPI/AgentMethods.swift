import JSONCoding

/// The method table: the one source of handlers, checks, roles, the OpenRPC document and the typed client.
public enum AgentMethods {
    public static let podList = Method<PodListRequest, PodList>(
        "pod.list",
        "Lists pods with their status, and what is wrong with manifest files."
    )
    public static let podGet = Method<PodGetRequest, PodDetail>(
        "pod.get",
        "Tells all about one pod, its latest events included.",
        faults: [.notFound]
    )
    public static let podWatch = Method<PodWatchRequest, SubscriptionStarted>(
        "pod.watch",
        "Subscribes to pods: those there are, a BOOKMARK, then every change.",
        faults: [.unsupported],
        event: PodWatchEvent.schema
    )
    public static let podLogs = Method<PodLogsRequest, PodLogs>(
        "pod.logs",
        "Reads what a container wrote; with `follow` or `stream` as a subscription.",
        faults: [.notFound, .invalid, .failedPrecondition, .unsupported],
        event: LogLine.schema
    )
    public static let podExec = Method<PodExecRequest, PodExecResult>(
        "pod.exec",
        "Runs a command in a container and collects what it writes.",
        role: .admin,
        faults: [.notFound, .invalid, .failedPrecondition, .timeout]
    )
    public static let podDiff = Method<PodDiffRequest, PodDiff>(
        "pod.diff",
        "Says what manifests would do to the pods that there are; does nothing."
    )
    public static let workloadList = Method<WorkloadListRequest, WorkloadList>(
        "workload.list",
        "Lists Deployments, ReplicaSets, DaemonSets, Jobs and CronJobs with their status and latest events."
    )
    public static let objectList = Method<ObjectListRequest, ObjectList>(
        "object.list",
        "Lists ConfigMaps, Secrets, PersistentVolumeClaims and classes: their keys and sizes, never their values."
    )
    public static let workloadWatch = Method<WorkloadListRequest, SubscriptionStarted>(
        "workload.watch",
        "Subscribes to Deployments, ReplicaSets, DaemonSets, Jobs and CronJobs: those there are, a BOOKMARK, then every change.",
        faults: [.unsupported],
        event: WatchEvent<WorkloadDetail>.schema
    )
    public static let objectWatch = Method<ObjectListRequest, SubscriptionStarted>(
        "object.watch",
        "Subscribes to ConfigMaps, Secrets, PersistentVolumeClaims and classes: those there are, a BOOKMARK, then every change.",
        faults: [.unsupported],
        event: WatchEvent<ObjectDetail>.schema
    )
    public static let imageList = Method<NoParameters, ImageList>("image.list", "Lists the images in the store.")
    public static let imagePull = Method<ImagePullRequest, ImagePullResult>(
        "image.pull",
        "Pulls an image from its registry; tells the progress to `_meta.progressToken`.",
        role: .admin,
        faults: [.invalid, .notFound, .forbidden, .unavailable, .resourceExhausted],
        progress: ImagePullProgress.schema
    )
    public static let systemInfo = Method<NoParameters, SystemInfo>(
        "system.info",
        "Describes the machine, the agent and what it keeps."
    )
    public static let systemHealth = Method<NoParameters, HealthReport>(
        "system.health",
        "Tells whether the agent can do its work, check by check."
    )
    public static let systemVersion = Method<NoParameters, VersionInfo>(
        "system.version",
        "Tells the versions of the agent and of its RPC."
    )
    public static let discover = Method<NoParameters, OpenRPCDocument>(
        "rpc.discover",
        "Returns the OpenRPC document of the methods that the caller may call."
    )
    public static let ping = Method<NoParameters, Acknowledgement>("rpc.ping", "Answers.")
    public static let cancel = Method<CancelRequest, Acknowledgement>(
        "rpc.cancel",
        "Cancels a call of this connection that is under way; it then fails with `cancelled`.",
        faults: [.notFound]
    )
    public static let subscriptionCancel = Method<SubscriptionCancelRequest, Acknowledgement>(
        "subscription.cancel",
        "Ends a subscription of this connection.",
        faults: [.notFound]
    )

    /// The table, in the order of the reference.
    public static let all: [MethodDescription] = [
        podList.description, podGet.description, podWatch.description, podLogs.description, podExec.description,
        podDiff.description,
        workloadList.description, workloadWatch.description, objectList.description, objectWatch.description,
        imageList.description, imagePull.description,
        systemInfo.description, systemHealth.description, systemVersion.description,
        discover.description, ping.description, cancel.description, subscriptionCancel.description,
    ] + manifests + inventory + observation + streams + cri
}

/// The parameters of `rpc.cancel`.
public struct CancelRequest: APIValue, Hashable {
    /// The id of the call, as it was sent.
    public var id: JSONNode

    public init(id: JSONNode) {
        self.id = id
    }

    public static let schema = Schema.object([.required("id", .requestID, "The id of the call, as it was sent.")])
}
