import AgentAPI

/// What the server asks of the agent behind it, in the API's own terms. The composition root implements it over the
/// engine and the image store.
///
/// Parameters are checked against the method table before they get here. Cancellation of the calling task means that the
/// client is gone or has cancelled: stop and throw `Fault(.cancelled, …)`.
public protocol NodeBackend: ManifestBackend, InventoryBackend, StreamBackend, NodeObserving, PodTextListing {
    /// All pods, or those of a namespace, ordered by namespace and name.
    func listPods(_ request: PodListRequest) async throws(Fault) -> PodList

    /// `notFound` with reason `PodNotFound` where there is none.
    func getPod(_ request: PodGetRequest) async throws(Fault) -> PodDetail

    /// The pods there are as ADDED, one BOOKMARK, then every change. The stream ends when the agent stops. The server
    /// reads it at once and keeps its own bounded buffer, so an unbounded stream does no harm.
    func watchPods(_ request: PodWatchRequest) async throws(Fault) -> AsyncStream<PodWatchEvent>

    /// Where the log of a container lies. `invalid` with reason `ContainerRequired` and the names in the message where the
    /// pod has several containers and none is named, `notFound` where there is no such pod, container or previous
    /// instance, `failedPrecondition` with reason `ContainerNotStarted` where it has not written anything yet.
    func containerLog(_ request: PodLogsRequest) async throws(Fault) -> ContainerLog

    /// Runs a command in a running container and collects what it writes.
    func execute(_ request: PodExecRequest) async throws(Fault) -> PodExecResult

    /// What manifests would do to the pods that there are, by the rules by which a changed file is followed.
    func diffPods(_ request: PodDiffRequest) async throws(Fault) -> PodDiff

    /// All workloads that fit, by kind, namespace and name; none is no fault.
    func listWorkloads(_ request: WorkloadListRequest) async throws(Fault) -> WorkloadList

    /// All ConfigMaps, Secrets and claims that fit, by kind, namespace and name, without their values.
    func listObjects(_ request: ObjectListRequest) async throws(Fault) -> ObjectList

    /// An element whenever workloads or the objects that pods refer to may be others than when the last was taken; the stream ends
    /// when the agent stops or its reader does.
    func stirrings() -> AsyncStream<Void>

    func listImages() async throws(Fault) -> ImageList

    /// Pulls whether the image is there or not. `progress` may be called from any thread, as often as there is something
    /// to tell; the server thins it out.
    func pullImage(
        _ request: ImagePullRequest,
        progress: @escaping @Sendable (ImagePullProgress) -> Void
    ) async throws(Fault) -> ImagePullResult

    func info() async throws(Fault) -> SystemInfo

    /// Must answer soon whatever is wrong: probes wait for it.
    func health() async -> HealthReport
}

/// Where the log of one instance of a container lies.
public struct ContainerLog: Sendable {
    /// The file in CRI format; rotation renames it and starts a new one under the same name.
    public var path: String
    /// Returns when the container has ended and its log is complete; at once where it is not running.
    public var ended: @Sendable () async -> Void

    public init(path: String, ended: @escaping @Sendable () async -> Void = {}) {
        self.path = path
        self.ended = ended
    }
}
