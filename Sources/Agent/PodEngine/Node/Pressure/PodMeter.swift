import PodSpec

/// Measures what a pod uses. Costs what it is asked for: cgroups are a few reads, the disk a walk.
struct PodMeter: Sendable {
    let context: EngineContext
    let disk: DiskMeter

    func measure(_ snapshot: PodSnapshot, _ resource: EvictionSignal.Resource) async -> PodConsumption {
        switch resource {
        case .memory, .processes: await measureGroups(snapshot)
        case .storage, .inodes: await measureDisk(snapshot)
        }
    }

    private func measureGroups(_ snapshot: PodSnapshot) async -> PodConsumption {
        let uid = snapshot.pod.metadata.uid
        var found = PodConsumption()
        for container in snapshot.containers where container.pid != nil {
            let path = context.rooms.cgroups.containerPath(podUID: uid, containerID: container.id)
            let used = await context.rooms.cgroups.consumption(containerPath: path)
            found.containers[container.name, default: .init()].memory = used.memory
            found.containers[container.name, default: .init()].processes = used.processes
        }
        return found
    }

    /// The writable files and all logs of each container, and the volumes that go with the pod.
    private func measureDisk(_ snapshot: PodSnapshot) async -> PodConsumption {
        let paths = PodPaths(uid: snapshot.pod.metadata.uid, key: snapshot.key, in: context.configuration.directories)
        var found = PodConsumption()
        for container in snapshot.pod.spec.initContainers + snapshot.pod.spec.containers {
            let files = await disk.measure("\(paths.writable)/\(container.name)")
            let logs = await disk.measure("\(paths.logs)/\(container.name)")
            found.containers[container.name, default: .init()].disk = files + logs
        }
        for volume in snapshot.pod.spec.volumes {
            guard case .emptyDir(let source) = volume.source, source.isOnDisk else { continue }
            found.volumes[volume.name] = await disk.measure(paths.volume(volume.name, inMemory: false))
        }
        return found
    }
}
