import AgentAPI
import AgentServer
import ImageStore
import Linux
import OCISpec
import PodEngine
import PodSpec

/// The server's requests, answered by the engine and the image store.
///
/// Questions about pods wait until the agent has taken over what an earlier one left: before, the answers would be wrong.
struct AgentBackend: NodeBackend {
    let engine: PodSupervisor
    let images: ImageStore
    let containers: EngineContainers
    let about: AgentFacts
    let resources: NodeResources
    let observation: NodeObservation
    let cgroups: EngineCgroups
    let directories: EngineConfiguration.Directories
    private let podTexts = PodTexts()

    func encodedPods(_ request: PodListRequest) async throws(Fault) -> [UInt8] {
        await engine.store.waitUntilSynced()
        return try podTexts.list(engine.store, namespace: request.namespace)
    }

    func listPods(_ request: PodListRequest) async throws(Fault) -> PodList {
        await engine.store.waitUntilSynced()
        let pods = engine.store.pods.filter { request.namespace == nil || $0.key.namespace == request.namespace }
        return PodList(items: pods.map(\.pod), problems: engine.store.problems.map(ManifestNotice.init))
    }

    func getPod(_ request: PodGetRequest) async throws(Fault) -> PodDetail {
        await engine.store.waitUntilSynced()
        let snapshot = try find(request.namespace, request.name)
        return PodDetail(pod: snapshot.pod, events: snapshot.events.map { AgentAPI.PodEvent($0) })
    }

    func diffPods(_ request: PodDiffRequest) async throws(Fault) -> PodDiff {
        await engine.store.waitUntilSynced()
        return PodDiffing(store: engine.store).diff(request)
    }

    func listWorkloads(_ request: WorkloadListRequest) async throws(Fault) -> WorkloadList {
        await engine.store.waitUntilSynced()
        let found = engine.store.workloads.filter { workload in
            (request.kind == nil || workload.name.kind == request.kind)
                && (request.namespace == nil || workload.name.namespace == request.namespace)
                && (request.name == nil || workload.name.name == request.name)
        }
        return WorkloadList(
            items: found.map { workload in
                WorkloadDetail(
                    object: workload.workload,
                    file: workload.file,
                    events: workload.events.map { AgentAPI.PodEvent($0) }
                )
            }
        )
    }

    func listObjects(_ request: ObjectListRequest) async throws(Fault) -> ObjectList {
        await engine.store.waitUntilSynced()
        return ObjectListing(store: engine.store).list(request)
    }

    func stirrings() -> AsyncStream<Void> { engine.store.stirrings() }

    func watchPods(_ request: PodWatchRequest) async throws(Fault) -> AsyncStream<PodWatchEvent> {
        await engine.store.waitUntilSynced()
        return PodWatch(store: engine.store, request: request).stream()
    }

    func containerLog(_ request: PodLogsRequest) async throws(Fault) -> ContainerLog {
        await engine.store.waitUntilSynced()
        let snapshot = try find(request.namespace, request.name)
        let container = try snapshot.container(named: request.container)
        if request.previous == true {
            guard let path = container.previousLogPath, FileSystem.exists(path) else {
                throw Fault(
                    .notFound,
                    "container \"\(container.name)\" of pod \"\(snapshot.key)\" has no previous instance with a log",
                    reason: "PreviousInstanceNotFound"
                )
            }
            return ContainerLog(path: path)
        }
        guard FileSystem.exists(container.logPath) else {
            throw Fault(
                .failedPrecondition,
                "container \"\(container.name)\" of pod \"\(snapshot.key)\" has not started",
                reason: "ContainerNotStarted"
            )
        }
        let store = engine.store
        return ContainerLog(path: container.logPath) {
            await store.waitForEnd(of: container.name, attempt: container.attempt, in: snapshot.key)
        }
    }

    func execute(_ request: PodExecRequest) async throws(Fault) -> PodExecResult {
        await engine.store.waitUntilSynced()
        let snapshot = try find(request.namespace, request.name)
        let container = try snapshot.container(named: request.container)
        guard container.pid != nil else {
            throw Fault(
                .failedPrecondition,
                "container \"\(container.name)\" of pod \"\(snapshot.key)\" is not running",
                reason: "ContainerNotRunning"
            )
        }
        let result: ContainerExecResult
        do throws(ContainerFailure) {
            result = try await containers.exec(
                id: container.id,
                ContainerExecRequest(
                    command: request.command,
                    outputLimit: Self.execOutputLimit,
                    timeout: request.timeoutSeconds.map { .seconds($0) }
                )
            )
        } catch {
            throw Fault(error)
        }
        if result.timedOut {
            throw Fault(.timeout, "the command took longer than \(request.timeoutSeconds ?? 0) s and was killed")
        }
        return PodExecResult(
            exitCode: Int(result.exitCode),
            stdout: result.standardOutput,
            stderr: result.standardError,
            truncated: result.truncated
        )
    }

    /// Bytes of each output stream; what is more is cut off and marked so. The answer is one message.
    private static let execOutputLimit = 1 << 20

    func listImages() async throws(Fault) -> ImageList {
        do {
            return ImageList(items: try await images.list().map(ImageSummary.init))
        } catch {
            throw Fault(image: error)
        }
    }

    func pullImage(
        _ request: ImagePullRequest,
        progress: @escaping @Sendable (AgentAPI.ImagePullProgress) -> Void
    ) async throws(Fault) -> ImagePullResult {
        let layers = LayerOrder()
        do {
            let image = try await images.pull(request.image) { progress(layers.progress($0)) }
            observation.noteImage(image.reference, "ImagePulled", "Pulled \(image.reference) for a client")
            return ImagePullResult(image: ImageSummary(image))
        } catch {
            throw Fault(image: error)
        }
    }

    func info() async throws(Fault) -> SystemInfo {
        let pods = engine.store.pods
        return SystemInfo(
            node: about.node.node,
            conditions: engine.pressure.conditions.map { .init(type: $0.kind.rawValue, isTrue: $0.isTrue) },
            agent: about.agent,
            counts: SystemInfo.Counts(
                pods: pods.count,
                runningPods: pods.filter { $0.pod.status?.phase == .running }.count,
                containers: pods.reduce(0) { $0 + $1.containers.filter { $0.pid != nil }.count },
                images: try await listImages().items.count
            ),
            warnings: about.node.warnings
        )
    }

    func health() async -> HealthReport {
        await AgentHealth(engine: engine, images: images, about: about).report()
    }

    func find(_ namespace: String?, _ name: String) throws(Fault) -> PodSnapshot {
        let key = PodKey(namespace: namespace ?? "default", name: name)
        guard let snapshot = engine.store[key] else {
            throw Fault(
                .notFound,
                "pod \"\(name)\" not found in namespace \"\(key.namespace)\"",
                reason: "PodNotFound"
            )
        }
        return snapshot
    }
}

extension PodSnapshot {
    /// The container of a name, or the only one where none is named.
    func container(named name: String?) throws(Fault) -> ContainerSnapshot {
        let main = Set(pod.spec.containers.map(\.name))
        guard let name else {
            let candidates = containers.filter { main.contains($0.name) }
            if pod.spec.containers.count == 1, let only = candidates.first { return only }
            if pod.spec.containers.count == 1 { throw notStarted(pod.spec.containers[0].name) }
            throw Fault(
                .invalid,
                "pod \"\(key)\" has several containers: \(pod.spec.containers.map(\.name).joined(separator: ", "))",
                reason: "ContainerRequired",
                hint: "name one with -c"
            )
        }
        if let found = containers.first(where: { $0.name == name }) { return found }
        let known = pod.spec.initContainers.map(\.name) + pod.spec.containers.map(\.name)
        if known.contains(name) { throw notStarted(name) }
        throw Fault(
            .notFound,
            "pod \"\(key)\" has no container \"\(name)\"",
            reason: "ContainerNotFound",
            hint: "its containers are \(known.joined(separator: ", "))"
        )
    }

    private func notStarted(_ name: String) -> Fault {
        Fault(
            .failedPrecondition,
            "container \"\(name)\" of pod \"\(key)\" has not started",
            reason: "ContainerNotStarted"
        )
    }
}
