import PodSpec

extension PodCgroupLimits {
    /// The pod's own limits: what it says itself, else the sums over its containers; a limit only where it says one or every
    /// container has one.
    package init(_ pod: Pod, on node: EngineConfiguration.Node) {
        let resources = PodResources(pod)
        self.init()
        cpuShares = ContainerResources.shares(milliCPU: resources.request("cpu"))
        if let quota = resources.limit("cpu").flatMap(ContainerResources.quota(milliCPU:)) {
            cpuQuota = quota
            cpuPeriod = ContainerResources.period
        }
        memoryLimit = resources.limit("memory")
        let sidecars = pod.spec.initContainers.count { $0.restartPolicy == .always }
        let steps = pod.spec.initContainers.count - sidecars
        containerCount = max(pod.spec.containers.count, steps > 0 ? 1 : 0) + sidecars
        qualityOfService = pod.effectiveQualityOfService
        pidsLimit = node.resources.podPidsLimit
        if node.resources.isUnified, node.resources.servesMemoryQoS { memoryMinimum = resources.request("memory") }
        for name in resources.hugepages {
            if let size = HugepageSize(resource: name), let limit = resources.limit(name) {
                hugepages[size.kernelName] = limit
            }
        }
    }

    /// Limits into which both these and others fit.
    func covering(_ other: PodCgroupLimits) -> PodCgroupLimits {
        func larger<Figure: Comparable>(_ one: Figure?, _ two: Figure?) -> Figure? {
            guard let one, let two else { return nil }
            return max(one, two)
        }
        var limits = other
        limits.cpuShares = larger(cpuShares, other.cpuShares) ?? cpuShares ?? other.cpuShares
        limits.cpuQuota = larger(cpuQuota, other.cpuQuota)
        limits.cpuPeriod = limits.cpuQuota == nil ? nil : other.cpuPeriod
        limits.memoryLimit = larger(memoryLimit, other.memoryLimit)
        return limits
    }
}
