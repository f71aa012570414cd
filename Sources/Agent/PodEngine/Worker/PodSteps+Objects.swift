import PodSpec

/// What pods have from objects beside them.
extension PodSteps {
    /// Makes the volumes that are made of objects, and the folders of claims.
    func prepareObjectVolumes() throws(StepFailure) {
        if !pod.claims.isEmpty {
            try context.claims.prepare(pod, context.objects[pod.metadata.namespace]) { [post] in post(.objectsChanged) }
        }
        if pod.spec.volumes.contains(where: \.followsObjects) { try objectVolumes.write(at: rooms.clock.wall) }
    }

    func updateVolumes() -> PodEvent {
        do throws(StepFailure) { try objectVolumes.write(at: rooms.clock.wall) } catch {
            return .volumesNotUpdated(error)
        }
        return .volumesUpdated
    }

    func releaseClaims() async {
        guard !pod.claims.isEmpty else { return }
        context.claims.release(paths.uid)
        await context.removeDiscardedClaims()
    }

    private var objectVolumes: ObjectVolumes {
        let objects = context.objects[pod.metadata.namespace]
        // Files tell no addresses.
        let sources = context.configuration.node.fieldSources(podIPs: [], objects)
        return ObjectVolumes(pod: pod, paths: paths, mounts: rooms.mounts, sources: sources, ids: ids)
    }
}

extension EngineContext {
    /// Removes the folders of claims that are to go; what fails is tried again at the next change.
    func removeDiscardedClaims() async {
        guard configuration.reclaimsVolumes else { return }
        let trees: [String]
        do { trees = try claims.discarded() } catch {
            logger.error("\(error)", metadata: ["reason": "ClaimReclaim"])
            return
        }
        guard !trees.isEmpty else { return }
        for failure in await records.remove(trees) { logger.error("\(failure)", metadata: ["reason": "ClaimReclaim"]) }
    }
}
