import OCISpec
import PodSpec

/// A container's requests and limits in the kernel's terms, by the kubelet's formulae.
package struct ContainerResources {
    static let period: UInt64 = 100_000
    private static let minimumQuota: Int64 = 1000
    private static let minimumShares: UInt64 = 2
    private static let maximumShares: UInt64 = 262_144

    let requirements: ResourceRequirements
    let isPrivileged: Bool
    /// Rules of the machine; those of none where nothing but the figures is asked for.
    var node: EngineConfiguration.Node?
    var qualityOfService = Pod.QualityOfService.burstable

    init(_ requirements: ResourceRequirements, isPrivileged: Bool = false) {
        self.requirements = requirements
        self.isPrivileged = isPrivileged
    }

    /// A container of a pod, by the rules of the machine.
    package init(_ container: Container, in pod: Pod, on node: EngineConfiguration.Node) {
        self.init(container.resources, isPrivileged: container.securityContext?.privileged ?? false)
        self.node = node
        qualityOfService = pod.effectiveQualityOfService
    }

    /// 1024 shares a cpu, at least 2: also for a container that requests nothing.
    package static func shares(milliCPU: Int64) -> UInt64 {
        guard milliCPU > 0 else { return minimumShares }
        let (product, overflow) = milliCPU.multipliedReportingOverflow(by: 1024)
        return overflow ? maximumShares : min(max(UInt64(product / 1000), minimumShares), maximumShares)
    }

    /// Microseconds in each period, at least a millisecond; nil without a limit.
    package static func quota(milliCPU: Int64) -> Int64? {
        guard milliCPU > 0 else { return nil }
        let (product, overflow) = milliCPU.multipliedReportingOverflow(by: Int64(period))
        return overflow ? nil : max(product / 1000, minimumQuota)
    }

    package var linux: RuntimeSpec.Linux.Resources {
        var resources = RuntimeSpec.Linux.Resources()
        var cpu = RuntimeSpec.Linux.Resources.CPU()
        cpu.shares = Self.shares(milliCPU: requestedMilliCPU)
        if let quota = limitMilliCPU.flatMap(Self.quota(milliCPU:)) {
            cpu.quota = quota
            cpu.period = Self.period
        }
        resources.cpu = cpu
        if let limit = memoryLimit {
            var memory = RuntimeSpec.Linux.Resources.Memory()
            memory.limit = limit
            // Memory and swap together: no swap beyond the limit.
            memory.swap = limit
            resources.memory = memory
        }
        resources.devices =
            isPrivileged ? [.init(allow: true, access: "rwm")] : ContainerDefaults.deviceRules
        let hugepages = hugepageLimits
        if !hugepages.isEmpty { resources.hugepageLimits = hugepages }
        let unified = unifiedFigures
        if !unified.isEmpty { resources.unified = unified }
        return resources
    }

    /// The figures for a container that runs: what has no limit any more is told so.
    package var changed: RuntimeSpec.Linux.Resources {
        var resources = RuntimeSpec.Linux.Resources()
        var cpu = RuntimeSpec.Linux.Resources.CPU()
        cpu.shares = Self.shares(milliCPU: requestedMilliCPU)
        cpu.quota = limitMilliCPU.flatMap(Self.quota(milliCPU:)) ?? -1
        cpu.period = Self.period
        resources.cpu = cpu
        var memory = RuntimeSpec.Linux.Resources.Memory()
        memory.limit = memoryLimit ?? -1
        memory.swap = memoryLimit ?? -1
        resources.memory = memory
        let unified = unifiedFigures
        if !unified.isEmpty { resources.unified = unified }
        return resources
    }

    var requestedMilliCPU: Int64 { (requirements.requests["cpu"] ?? requirements.limits["cpu"])?.milli ?? 0 }
    var limitMilliCPU: Int64? { requirements.limits["cpu"]?.milli }
    var requestedMemory: Int64 { (requirements.requests["memory"] ?? requirements.limits["memory"])?.units ?? 0 }
    /// A limit of 0 is none, as in the kubelet.
    var memoryLimit: Int64? { requirements.limits["memory"].map(\.units).flatMap { $0 > 0 ? $0 : nil } }

    /// What the container asks for, and nothing of the sizes of which the machine has pages and the container asks for none.
    private var hugepageLimits: [RuntimeSpec.Linux.Resources.HugepageLimit] {
        HugepageSize.limits(requirements.limits, sizes: node?.resources.hugepageSizes ?? []).map { size, bytes in
            .init(pageSize: size.kernelName, limit: UInt64(bytes))
        }
    }

    /// Files that only version 2 has: memory that is kept, the brake before the limit, and swap.
    private var unifiedFigures: [String: String] {
        guard let node, node.resources.isUnified else { return [:] }
        var files: [String: String] = [:]
        if node.resources.swapBytes > 0 { files["memory.swap.max"] = "\(swap(on: node))" }
        guard node.resources.servesMemoryQoS else { return files }
        files["memory.min"] = "\(requestedMemory)"
        files["memory.high"] = memoryHigh(on: node).map { "\($0)" } ?? "max"
        return files
    }

    /// Bytes of swap: none, or with `LimitedSwap` the share of the machine's that the request has of its memory. Only
    /// burstable containers with a request below their limit get any.
    private func swap(on node: EngineConfiguration.Node) -> Int64 {
        guard node.resources.limitsSwap, qualityOfService == .burstable, requestedMemory > 0, node.memoryBytes > 0,
            memoryLimit.map({ requestedMemory < $0 }) ?? true
        else { return 0 }
        return Int64(Double(requestedMemory) / Double(node.memoryBytes) * Double(node.resources.swapBytes))
    }

    /// Where the kernel begins to slow the container down: nine tenths of the way from its request to its limit, in whole
    /// pages. Nil for guaranteed pods, and where it would not be above the request.
    private func memoryHigh(on node: EngineConfiguration.Node) -> Int64? {
        guard qualityOfService != .guaranteed else { return nil }
        let limit = memoryLimit ?? node.memoryBytes
        let high = Double(requestedMemory) + 0.9 * Double(limit - requestedMemory)
        let bytes = Int64(high) / 4096 * 4096
        return bytes > requestedMemory ? bytes : nil
    }
}
