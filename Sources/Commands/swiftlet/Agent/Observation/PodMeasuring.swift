import AgentAPI
import Linux
import PodEngine
import PodSpec
import Usage
import UsageSpec

/// Puts together what pods use, from their snapshots and the meter.
struct PodMeasuring: Sendable {
    let meter: UsageMeter
    let cgroups: EngineCgroups
    let directories: EngineConfiguration.Directories

    func measure(_ snapshots: [PodSnapshot], disk: Bool) async -> [PodStats] {
        let paths = snapshots.map { groups(of: $0) }
        let usage = await meter.groups(paths.flatMap { [$0.pod] + $0.containers.map(\.path) })
        var found: [PodStats] = []
        for (snapshot, paths) in zip(snapshots, paths) {
            var stats = stats(of: snapshot, paths, usage)
            if snapshot.pod.spec.hostNetwork != true, let pid = snapshot.containers.lazy.compactMap(\.pid).first {
                stats.network = await meter.network(of: pid)
            }
            if disk { await count(&stats, snapshot) }
            found.append(stats)
        }
        return found
    }

    /// The cgroup paths of a pod and of its containers that run.
    private struct Groups {
        var pod: String
        var containers: [(snapshot: ContainerSnapshot, path: String)]
    }

    private func groups(of snapshot: PodSnapshot) -> Groups {
        let uid = snapshot.pod.metadata.uid
        let containers = snapshot.containers.filter { $0.pid != nil }.map { container in
            (snapshot: container, path: cgroups.containerPath(podUID: uid, containerID: container.id))
        }
        return Groups(pod: cgroups.podPath(podUID: uid), containers: containers)
    }

    private func stats(
        of snapshot: PodSnapshot,
        _ groups: Groups,
        _ usage: [String: Measured<GroupUsage>]
    ) -> PodStats {
        let pod = snapshot.pod
        let own = usage[groups.pod]
        var stats = PodStats(
            namespace: pod.metadata.namespace,
            name: pod.metadata.name,
            uid: pod.metadata.uid,
            time: (own?.time ?? .now).description
        )
        stats.startedAt = pod.status?.startTime
        stats.usage = groups.containers.isEmpty ? nil : own?.value
        let statuses = (pod.status?.initContainerStatuses ?? []) + (pod.status?.containerStatuses ?? [])
        for (container, path) in groups.containers {
            guard let used = usage[path]?.value else { continue }
            let status = statuses.first { $0.name == container.name }
            var told = PodStats.Container(
                name: container.name,
                id: container.id,
                image: pod.spec.container(named: container.name)?.image ?? "",
                restarts: Int(status?.restartCount ?? 0),
                usage: used
            )
            told.imageID = status?.imageID
            told.startedAt = status?.state.running?.startedAt
            stats.containers.append(told)
        }
        return stats
    }

    private func count(_ stats: inout PodStats, _ snapshot: PodSnapshot) async {
        let pod = snapshot.pod
        let paths = PodPaths(uid: stats.uid, key: snapshot.key, in: directories)
        for index in stats.containers.indices {
            let name = stats.containers[index].name
            stats.containers[index].rootfs = await meter.disk("\(paths.writable)/\(name)")?.value
            stats.containers[index].logs = await meter.disk("\(paths.logs)/\(name)")?.value
        }
        var volumes: [PodStats.Volume] = []
        for volume in pod.spec.volumes {
            switch volume.source {
            case .emptyDir(let source) where source.isOnDisk:
                guard let used = await meter.disk(paths.volume(volume.name, inMemory: false)) else { continue }
                volumes.append(PodStats.Volume(name: volume.name, usage: used.value))
            case .ephemeral:
                guard let used = await meter.disk(paths.volume(volume.name, inMemory: false)) else { continue }
                // As the claim that Kubernetes makes for it is named.
                let claim = "\(snapshot.key.name)-\(volume.name)"
                volumes.append(PodStats.Volume(name: volume.name, usage: used.value, claim: claim))
            case .persistentVolumeClaim(let claim):
                guard let used = await meter.disk("\(paths.claims)/\(claim.claimName)") else { continue }
                volumes.append(PodStats.Volume(name: volume.name, usage: used.value, claim: claim.claimName))
            default: continue
            }
        }
        stats.volumes = volumes
    }
}

extension EngineCgroups {
    /// The group of a pod as a whole: above those of its containers, by either driver.
    func podPath(podUID: String) -> String {
        let parts = containerPath(podUID: podUID, containerID: "_").split(separator: "/")
        // …/<slice>/<scope>/container, or …/<pod>/<id>.
        let isScope = parts.last == "container" && parts.dropLast().last?.hasSuffix(".scope") == true
        return "/" + parts.dropLast(isScope ? 2 : 1).joined(separator: "/")
    }
}
