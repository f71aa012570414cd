import AgentAPI
import AgentEvents
import AgentServer
import Linux
import PodEngine
import PodSpec
import Telemetry
import UsageSpec

// `NodeObserving`, which `NodeBackend` refines.
extension AgentBackend {
    var events: EventRing { observation.events }

    func measurePods(_ request: PodStatsRequest) async throws(Fault) -> PodStatsList {
        await engine.store.waitUntilSynced()
        let snapshots = engine.store.pods.filter { snapshot in
            // A pod's name without a namespace means one of the default namespace, as everywhere.
            let namespace = request.namespace ?? (request.name == nil ? nil : "default")
            return (namespace == nil || snapshot.key.namespace == namespace)
                && (request.name == nil || snapshot.key.name == request.name)
        }
        if let name = request.name, snapshots.isEmpty {
            throw Fault(
                .notFound,
                "pod \"\(name)\" not found in namespace \"\(request.namespace ?? "default")\"",
                reason: "PodNotFound"
            )
        }
        return PodStatsList(items: await measuring.measure(snapshots, disk: request.disk ?? false))
    }

    func measureNode() async throws(Fault) -> NodeStats {
        guard let node = await observation.meter.node() else {
            throw Fault(.unavailable, "the machine does not tell what it uses: procfs cannot be read")
        }
        var stats = NodeStats(
            time: node.time.description,
            hostname: about.node.node.hostname,
            bootedAt: node.bootTime.rfc3339Seconds,
            usage: node.usage,
            capacityNanocores: Int64(about.node.node.cpus) * 1_000_000_000
        )
        // Ticks are coarse: between two looks there may seem to be more than there are processors.
        if let used = node.usage.cpu?.nanocores { stats.usage.cpu?.nanocores = min(used, stats.capacityNanocores) }
        stats.load = node.load
        stats.network = node.interfaces
        stats.fileSystem = fileSystem("root")
        stats.imageFileSystem = fileSystem("root", below: "/images")
        return stats
    }

    private func fileSystem(_ name: String, below folder: String = "") -> FileSystemUsage? {
        guard let path = about.agent.paths[name].map({ $0 + folder }),
            // A figure that is not to be had is left out.
            let size = try? FileSystem.usage(of: path), let inodes = try? FileSystem.inodes(of: path)
        else { return nil }
        return FileSystemUsage(
            capacityBytes: size.capacity,
            availableBytes: size.available,
            inodes: inodes.capacity,
            freeInodes: inodes.available
        )
    }

    func noteCall(_ method: String, _ fault: Fault.Code?, _ duration: Duration) {
        observation.metrics.calls.note(method, fault, duration)
    }

    func page(_ request: PageRequest) async throws(Fault) -> Page? {
        try await AgentPages(backend: self).page(request)
    }

    var measuring: PodMeasuring {
        PodMeasuring(meter: observation.meter, cgroups: cgroups, directories: directories)
    }
}
