import PodSpec

extension PodSteps {
    /// Judges what the file asks for, and gives it to the pod's cgroups and those of the containers that run.
    ///
    /// The pod's cgroup is the first to grow and the last to shrink: in between its containers fit into it.
    func resize(_ lifecycle: PodLifecycle) async -> PodEvent {
        let wanted = lifecycle.shape.allocation
        let node = context.configuration.node
        let others = context.store.pods.filter { $0.key != desired.key }.map(\.pod)
        let granted = lifecycle.resizing.granted.granted(to: pod)
        if let refusal = ResizeAdmission.refusal(of: pod, instead: granted, beside: others, on: node) {
            return .resizeRefused(refusal)
        }
        // Made with these figures when it is made.
        guard lifecycle.sandbox.isReady else { return .resized(wanted) }
        let applied = lifecycle.resizing.applied
        let before = PodCgroupLimits(applied.granted(to: pod), on: node)
        let after = PodCgroupLimits(pod, on: node)
        do {
            try await checkUsage(lifecycle, applied, wanted)
            let between = before.covering(after)
            if between != before { try await rooms.cgroups.update(podUID: paths.uid, limits: between) }
            for container in lifecycle.containers where container.process != nil {
                guard let figures = wanted.containers[container.name], figures != applied.containers[container.name],
                    let specification = self.container(container.name)
                else { continue }
                try await rooms.cgroups.update(
                    containerPath: cgroup(of: container.name, container.attempt),
                    resources: ContainerResources(specification, in: pod, on: node).changed
                )
            }
            if after != between { try await rooms.cgroups.update(podUID: paths.uid, limits: after) }
        } catch let failure as StepFailure {
            return .resizeFailed(wanted, failure)
        } catch {
            return .resizeFailed(wanted, StepFailure(.resizeError, "\(error)"))
        }
        FailPoint.resized.pass()
        return .resized(wanted)
    }

    /// A limit below what is in use would have the kernel kill: the file has to wait until less is used.
    private func checkUsage(
        _ lifecycle: PodLifecycle,
        _ applied: PodAllocation,
        _ wanted: PodAllocation
    ) async throws(StepFailure) {
        for container in lifecycle.containers where container.process != nil {
            guard let figures = wanted.containers[container.name],
                let limit = ContainerResources(figures).memoryLimit,
                limit < applied.containers[container.name].flatMap({ ContainerResources($0).memoryLimit }) ?? .max
            else { continue }
            let path = cgroup(of: container.name, container.attempt)
            guard let usage = await rooms.cgroups.memoryUsage(containerPath: path), usage > limit else { continue }
            throw StepFailure(
                .resizeError,
                "attempting to set container \(container.name) memory limit (\(limit)) below current usage (\(usage))"
            )
        }
    }

    func container(_ name: String) -> Container? {
        (pod.spec.initContainers + pod.spec.containers).first { $0.name == name }
    }
}
