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

    init(_ requirements: ResourceRequirements, isPrivileged: Bool = false) {
        self.requirements = requirements
        self.isPrivileged = isPrivileged
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

    var linux: RuntimeSpec.Linux.Resources {
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
        return resources
    }

    var requestedMilliCPU: Int64 { (requirements.requests["cpu"] ?? requirements.limits["cpu"])?.milli ?? 0 }
    var limitMilliCPU: Int64? { requirements.limits["cpu"]?.milli }
    var requestedMemory: Int64 { (requirements.requests["memory"] ?? requirements.limits["memory"])?.units ?? 0 }
    /// A limit of 0 is none, as in the kubelet.
    var memoryLimit: Int64? { requirements.limits["memory"].map(\.units).flatMap { $0 > 0 ? $0 : nil } }
}

extension PodCgroupLimits {
    /// The pod's own limits: sums over the containers, or the largest init container where that is more; a limit only
    /// where every container has one.
    package init(_ pod: Pod) {
        let mains = pod.spec.containers.map { ContainerResources($0.resources) }
        let initials = pod.spec.initContainers.map { ContainerResources($0.resources) }
        func total(_ value: (ContainerResources) -> Int64?) -> Int64? {
            var sum: Int64 = 0
            for container in mains {
                guard let part = value(container) else { return nil }
                sum = sum.addingReportingOverflow(part).overflow ? .max : sum + part
            }
            for container in initials {
                guard let part = value(container) else { return nil }
                sum = max(sum, part)
            }
            return sum
        }
        self.init()
        cpuShares = ContainerResources.shares(milliCPU: total { $0.requestedMilliCPU } ?? 0)
        if let quota = total(\.limitMilliCPU).flatMap(ContainerResources.quota(milliCPU:)) {
            cpuQuota = quota
            cpuPeriod = ContainerResources.period
        }
        memoryLimit = total(\.memoryLimit)
        containerCount = max(mains.count, initials.isEmpty ? 0 : 1)
    }
}
