// What users of the RPC ask beside pods and their status.

extension PodSupervisor {
    /// Gives the containers of a pod so much time to end when the pod goes, whatever its spec says. It says nothing of when it
    /// goes: that is for the folder.
    public func hurry(_ key: PodKey, grace: Duration) { workers[key]?.hurry(grace: grace) }

    /// The folders of layers that containers and volumes have mounted. Throws where that is not known.
    public nonisolated func mountedLayers() throws -> Set<String> { try MountedLayers(in: context).folders() }
}

extension MountedLayers {
    init(in context: EngineContext) {
        self.init(run: context.configuration.directories.run, mounts: context.rooms.mounts)
    }
}

extension PodSnapshot {
    /// The images that it uses, run or not: names and identifiers.
    ///
    /// - Parameter normalized: the full name of one that is written short.
    public func images(normalized: (String) -> String) -> Set<String> {
        var used: Set<String> = []
        for container in (pod.status?.initContainerStatuses ?? []) + (pod.status?.containerStatuses ?? []) {
            used.formUnion([container.image, container.imageID])
        }
        for container in pod.spec.initContainers + pod.spec.containers { used.insert(normalized(container.image)) }
        for volume in pod.spec.volumes {
            if case .image(let image) = volume.source { used.insert(normalized(image.reference)) }
        }
        return used
    }
}
