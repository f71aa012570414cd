import AgentAPI
import AgentServer
import Glibc
import JSONCoding
import Linux
import Metrics
import PodEngine
import PodSpec
import Telemetry

/// The pages for monitoring, with the kubelet's paths.
struct AgentPages: Sendable {
    let backend: AgentBackend

    func page(_ request: PageRequest) async throws(Fault) -> Page? {
        switch request.path {
        case "/metrics": metrics(try await own(), request)
        case "/metrics/cadvisor": metrics(CadvisorMetrics.families(try await pods(disk: true), node: await node()), request)
        case "/metrics/resource": metrics(ResourceMetrics.families(try await pods(disk: false), node: await node()), request)
        case "/metrics/probes": metrics(backend.observation.metrics.probes.collect(), request)
        case "/stats/summary":
            json(StatsSummary.document(try await pods(disk: true), node: try await backend.measureNode()))
        case "/pods": try await podList()
        default: nil
        }
    }

    private func metrics(_ families: [MetricFamily], _ request: PageRequest) -> Page {
        let format = MetricText(accept: request.accept)
        return Page(contentType: format.contentType, body: format.encode(families))
    }

    private func json(_ node: JSONNode) -> Page {
        Page(contentType: "application/json", body: JSON.serialize(node, style: .pretty) + [UInt8(ascii: "\n")])
    }

    private func pods(disk: Bool) async throws(Fault) -> [PodStats] {
        try await backend.measurePods(PodStatsRequest(disk: disk)).items
    }

    /// Pods are told without the node where that cannot be measured.
    private func node() async -> NodeStats? {
        do throws(Fault) { return try await backend.measureNode() } catch { return nil }
    }

    private func podList() async throws(Fault) -> Page {
        await backend.engine.store.waitUntilSynced()
        do { return json(try PodPage.document(backend.engine.store.pods.map(\.pod))) } catch {
            throw Fault(.internalError, "the pods cannot be encoded: \(error)")
        }
    }

    /// The counters, what is looked up beside them, and claims.
    private func own() async throws(Fault) -> [MetricFamily] {
        let snapshots = backend.engine.store.pods
        var figures = NodeMetrics()
        figures.desiredPods = snapshots.filter { !$0.isTerminating }.count
        figures.runningPods = snapshots.filter { pod in pod.containers.contains { $0.pid != nil } }.count
        for pod in snapshots {
            let statuses = (pod.pod.status?.initContainerStatuses ?? []) + (pod.pod.status?.containerStatuses ?? [])
            for status in statuses { figures.containers[status.state.word, default: 0] += 1 }
        }
        figures.images = try await backend.listImages().items.count
        figures.subscribedEvents = backend.events.latest + 1 - backend.observation.firstEvent
        figures.nodeName = backend.about.node.node.hostname
        figures.version = VersionInfo.current.version
        figures.process = NodeMetrics.ProcessFigures(startedAt: backend.about.agent.startedAt)
        let claims = await claims()
        return figures.families + backend.observation.metrics.collect() + claims
    }

    /// Only pods with claims are walked through.
    private func claims() async -> [MetricFamily] {
        let snapshots = backend.engine.store.pods.filter { pod in
            pod.pod.spec.volumes.contains { volume in
                if case .persistentVolumeClaim = volume.source { true } else { false }
            }
        }
        if snapshots.isEmpty { return [] }
        return VolumeMetrics.families(await backend.measuring.measure(snapshots, disk: true), fileSystem: await node()?.fileSystem)
    }
}

extension NodeMetrics.ProcessFigures {
    /// Of this process. Figures that cannot be read are left out.
    fileprivate init(startedAt: String) {
        self.init()
        var usage = rusage()
        if getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage) == 0 {
            func seconds(_ time: timeval) -> Double { Double(time.tv_sec) + Double(time.tv_usec) / 1e6 }
            cpuSeconds = seconds(usage.ru_utime) + seconds(usage.ru_stime)
        }
        // The second figure of proc_pid_statm(5) is resident, in pages.
        if let text = try? FileSystem.readText("/proc/self/statm"), let pages = text.split(separator: " ").dropFirst().first {
            residentBytes = Double(pages).map { $0 * Double(sysconf(Int32(_SC_PAGESIZE))) }
        }
        openDescriptors = (try? FileSystem.list("/proc/self/fd")).map { Double($0.count) }
        startSeconds = Timestamp(rfc3339: startedAt).map { Double($0.nanosecondsSinceEpoch) / 1e9 }
    }
}

extension ContainerState {
    /// As the kubelet counts them.
    fileprivate var word: String {
        if running != nil { return "running" }
        return terminated != nil ? "exited" : "created"
    }
}
