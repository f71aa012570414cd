import AgentAPI
import AgentEvents
import AgentServer
import Linux
import PodSpec
import Synchronization

/// A node without pods of its own: it answers what the test says.
final class FakeNode: NodeBackend {
    struct State {
        var pods: [Pod] = []
        var problems: [ManifestNotice] = []
        var workloads: [WorkloadDetail] = []
        var networks = [NetworkSummary(name: "podnet", driver: "bridge")]
        var stirrers: [AsyncStream<Void>.Continuation] = []
        var checks = [HealthReport.Check(name: "engine", status: .ok)]
        var watchers: [AsyncStream<PodWatchEvent>.Continuation] = []
        var logPath: String?
        var logEnds: [CheckedContinuation<Void, Never>] = []
        var hasLogEnded = false
        var execution: PodExecResult?
        var cancelled = 0
        var endedStreams = 0
        var floodedBytes = 0
        var calls: [String] = []
    }

    let state = Mutex(State())
    let events = EventRing(capacity: 100, start: 1)

    static func pod(_ name: String, namespace: String = "default", phase: Pod.Phase = .running) -> Pod {
        var container = Container(name: "main", image: "busybox")
        container.command = ["sleep", "1000"]
        return Pod(
            metadata: ObjectMeta(name: name, namespace: namespace, uid: "uid-\(name)"),
            spec: Pod.Spec(containers: [container]),
            status: Pod.Status(phase: phase)
        )
    }

    func tell(_ event: PodWatchEvent) {
        for watcher in state.withLock({ $0.watchers }) { watcher.yield(event) }
    }

    func endLog() {
        let waiting = state.withLock { state in
            state.hasLogEnded = true
            defer { state.logEnds = [] }
            return state.logEnds
        }
        for continuation in waiting { continuation.resume() }
    }

    func listPods(_ request: PodListRequest) async throws(Fault) -> PodList {
        state.withLock { state in
            PodList(
                items: state.pods.filter { request.namespace == nil || $0.metadata.namespace == request.namespace },
                problems: state.problems
            )
        }
    }

    func getPod(_ request: PodGetRequest) async throws(Fault) -> PodDetail {
        guard let pod = state.withLock({ $0.pods.first { $0.metadata.name == request.name } }) else {
            throw Fault(.notFound, "pod \"\(request.name)\" not found", reason: "PodNotFound", hint: "look again")
        }
        return PodDetail(pod: pod, events: [])
    }

    func listWorkloads(_ request: WorkloadListRequest) async throws(Fault) -> WorkloadList {
        WorkloadList(items: state.withLock { $0.workloads })
    }

    func stirrings() -> AsyncStream<Void> {
        let (stream, continuation) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
        state.withLock { $0.stirrers.append(continuation) }
        return stream
    }

    /// The workloads are these from now on.
    func set(workloads: [WorkloadDetail]) {
        let stirrers = state.withLock { state in
            state.workloads = workloads
            return state.stirrers
        }
        for stirrer in stirrers { stirrer.yield() }
    }

    func listObjects(_ request: ObjectListRequest) async throws(Fault) -> ObjectList { ObjectList(items: []) }

    func watchPods(_ request: PodWatchRequest) async throws(Fault) -> AsyncStream<PodWatchEvent> {
        let (stream, continuation) = AsyncStream.makeStream(of: PodWatchEvent.self)
        state.withLock { state in
            for pod in state.pods { continuation.yield(PodWatchEvent(type: .added, pod: pod)) }
            continuation.yield(PodWatchEvent(type: .bookmark))
            state.watchers.append(continuation)
        }
        return stream
    }

    func containerLog(_ request: PodLogsRequest) async throws(Fault) -> ContainerLog {
        guard let path = state.withLock({ $0.logPath }) else {
            throw Fault(.failedPrecondition, "not started", reason: "ContainerNotStarted")
        }
        return ContainerLog(path: path) { [self] in
            await withCheckedContinuation { continuation in
                let hasEnded = state.withLock { state in
                    if !state.hasLogEnded { state.logEnds.append(continuation) }
                    return state.hasLogEnded
                }
                if hasEnded { continuation.resume() }
            }
        }
    }

    /// `hang` waits until it is cancelled; anything else is echoed.
    func execute(_ request: PodExecRequest) async throws(Fault) -> PodExecResult {
        if request.command == ["hang"] {
            while !Task.isCancelled { try? await Task.sleep(for: .seconds(3600)) }
            state.withLock { $0.cancelled += 1 }
            throw Fault(.cancelled, "cancelled")
        }
        return state.withLock { $0.execution }
            ?? PodExecResult(exitCode: 7, stdout: Array(request.command.joined(separator: " ").utf8), stderr: [0xff])
    }

    func listImages() async throws(Fault) -> ImageList {
        ImageList(items: [ImageSummary(reference: "a:1", digest: "sha256:1", size: 5)])
    }

    func pullImage(
        _ request: ImagePullRequest,
        progress: @escaping @Sendable (ImagePullProgress) -> Void
    ) async throws(Fault) -> ImagePullResult {
        for current in 0...100 {
            progress(
                ImagePullProgress(phase: .downloading, layer: "sha256:a", index: 0, count: 1, current: Int64(current))
            )
        }
        progress(ImagePullProgress(phase: .done, layer: "sha256:a", index: 0, count: 1))
        return ImagePullResult(image: ImageSummary(reference: request.image, digest: "sha256:1", size: 5))
    }

    func diffPods(_ request: PodDiffRequest) async throws(Fault) -> PodDiff { PodDiff(pods: [], problems: []) }

    func info() async throws(Fault) -> SystemInfo { throw Fault(.internalError, "not in this test") }

    func health() async -> HealthReport { HealthReport(checks: state.withLock { $0.checks }) }
}

/// The watched folder and the inventory are none of these tests' business.
extension FakeNode {
    func apply(_ request: ApplyRequest) async throws(Fault) -> ApplyResult { ApplyResult(items: [], warnings: []) }

    func delete(_ request: DeleteRequest) async throws(Fault) -> DeleteResult {
        DeleteResult(items: [], missing: request.objects)
    }

    func diffManifests(_ request: PodDiffRequest) async throws(Fault) -> ManifestDiff {
        ManifestDiff(pods: [], objects: [], problems: [])
    }

    func getImage(_ request: ImageGetRequest) async throws(Fault) -> ImageDetail {
        throw Fault(.notFound, "image \"\(request.image)\" not found", reason: "ImageNotFound")
    }

    func removeImage(_ request: ImageRemoveRequest) async throws(Fault) -> ImageRemoval { ImageRemoval() }

    func pruneImages(_ request: ImagePruneRequest) async throws(Fault) -> ImageRemoval { ImageRemoval() }

    func listNetworks() async throws(Fault) -> NetworkList {
        NetworkList(items: state.withLock { $0.networks }, problems: [])
    }

    func diskUsage() async throws(Fault) -> DiskUsageReport { DiskUsageReport(items: []) }
}
