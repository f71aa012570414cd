import AgentAPI
import AgentEvents
import AgentServer
import Linux
import PodSpec
import Synchronization

/// A node without pods of its own: it answers what the test or the fuzzer says.
package final class FakeNode: NodeBackend {
    package struct State {
        package var pods: [Pod] = []
        package var problems: [ManifestNotice] = []
        package var workloads: [WorkloadDetail] = []
        package var networks = [NetworkSummary(name: "podnet", driver: "bridge")]
        package var stirrers: [AsyncStream<Void>.Continuation] = []
        package var checks = [HealthReport.Check(name: "engine", status: .ok)]
        package var watchers: [AsyncStream<PodWatchEvent>.Continuation] = []
        package var logPath: String?
        package var logEnds: [CheckedContinuation<Void, Never>] = []
        package var hasLogEnded = false
        package var execution: PodExecResult?
        package var cancelled = 0
        package var endedStreams = 0
        package var floodedBytes = 0
        package var calls: [String] = []
    }

    package let state = Mutex(State())
    package let events = EventRing(capacity: 100, start: 1)

    package init() {}

    package static func pod(_ name: String, namespace: String = "default", phase: Pod.Phase = .running) -> Pod {
        var container = Container(name: "main", image: "busybox")
        container.command = ["sleep", "1000"]
        return Pod(
            metadata: ObjectMeta(name: name, namespace: namespace, uid: "uid-\(name)"),
            spec: Pod.Spec(containers: [container]),
            status: Pod.Status(phase: phase)
        )
    }

    package func tell(_ event: PodWatchEvent) {
        for watcher in state.withLock({ $0.watchers }) { watcher.yield(event) }
    }

    package func endLog() {
        let waiting = state.withLock { state in
            state.hasLogEnded = true
            defer { state.logEnds = [] }
            return state.logEnds
        }
        for continuation in waiting { continuation.resume() }
    }

    package func listPods(_ request: PodListRequest) async throws(Fault) -> PodList {
        state.withLock { state in
            PodList(
                items: state.pods.filter { request.namespace == nil || $0.metadata.namespace == request.namespace },
                problems: state.problems
            )
        }
    }

    package func getPod(_ request: PodGetRequest) async throws(Fault) -> PodDetail {
        guard let pod = state.withLock({ $0.pods.first { $0.metadata.name == request.name } }) else {
            throw Fault(.notFound, "pod \"\(request.name)\" not found", reason: "PodNotFound", hint: "look again")
        }
        return PodDetail(pod: pod, events: [])
    }

    package func listWorkloads(_ request: WorkloadListRequest) async throws(Fault) -> WorkloadList {
        WorkloadList(items: state.withLock { $0.workloads })
    }

    package func stirrings() -> AsyncStream<Void> {
        let (stream, continuation) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
        state.withLock { $0.stirrers.append(continuation) }
        return stream
    }

    /// The workloads are these from now on.
    package func set(workloads: [WorkloadDetail]) {
        let stirrers = state.withLock { state in
            state.workloads = workloads
            return state.stirrers
        }
        for stirrer in stirrers { stirrer.yield() }
    }

    package func listObjects(_ request: ObjectListRequest) async throws(Fault) -> ObjectList { ObjectList(items: []) }

    package func watchPods(_ request: PodWatchRequest) async throws(Fault) -> AsyncStream<PodWatchEvent> {
        let (stream, continuation) = AsyncStream.makeStream(of: PodWatchEvent.self)
        state.withLock { state in
            for pod in state.pods { continuation.yield(PodWatchEvent(type: .added, pod: pod)) }
            continuation.yield(PodWatchEvent(type: .bookmark))
            state.watchers.append(continuation)
        }
        return stream
    }

    package func containerLog(_ request: PodLogsRequest) async throws(Fault) -> ContainerLog {
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
    package func execute(_ request: PodExecRequest) async throws(Fault) -> PodExecResult {
        if request.command == ["hang"] {
            while !Task.isCancelled { try? await Task.sleep(for: .seconds(3600)) }
            state.withLock { $0.cancelled += 1 }
            throw Fault(.cancelled, "cancelled")
        }
        return state.withLock { $0.execution }
            ?? PodExecResult(exitCode: 7, stdout: Array(request.command.joined(separator: " ").utf8), stderr: [0xff])
    }

    package func listImages() async throws(Fault) -> ImageList {
        ImageList(items: [ImageSummary(reference: "a:1", digest: "sha256:1", size: 5)])
    }

    package func pullImage(
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

    package func diffPods(_ request: PodDiffRequest) async throws(Fault) -> PodDiff { PodDiff(pods: [], problems: []) }

    package func info() async throws(Fault) -> SystemInfo { throw Fault(.internalError, "not in this test") }

    package func health() async -> HealthReport { HealthReport(checks: state.withLock { $0.checks }) }
}

/// The watched folder and the inventory are none of these tests' business.
extension FakeNode {
    package func apply(_ request: ApplyRequest) async throws(Fault) -> ApplyResult { ApplyResult(items: [], warnings: []) }

    package func delete(_ request: DeleteRequest) async throws(Fault) -> DeleteResult {
        DeleteResult(items: [], missing: request.objects)
    }

    package func diffManifests(_ request: PodDiffRequest) async throws(Fault) -> ManifestDiff {
        ManifestDiff(pods: [], objects: [], problems: [])
    }

    package func getImage(_ request: ImageGetRequest) async throws(Fault) -> ImageDetail {
        throw Fault(.notFound, "image \"\(request.image)\" not found", reason: "ImageNotFound")
    }

    package func removeImage(_ request: ImageRemoveRequest) async throws(Fault) -> ImageRemoval { ImageRemoval() }

    package func pruneImages(_ request: ImagePruneRequest) async throws(Fault) -> ImageRemoval { ImageRemoval() }

    package func listNetworks() async throws(Fault) -> NetworkList {
        NetworkList(items: state.withLock { $0.networks }, problems: [])
    }

    package func diskUsage() async throws(Fault) -> DiskUsageReport { DiskUsageReport(items: []) }
}
