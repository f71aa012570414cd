import CRISpec
import OCISpec

extension ContainerBundle {
    func resources() throws(CRIFailure) -> RuntimeSpec.Linux.Resources {
        var resources = try (config.linux?.resources ?? CRI.LinuxContainerResources()).limits()
        resources.devices = isPrivileged ? [.init(allow: true, access: "rwm")] : ContainerDefaults.deviceRules + inputs.devices.rules
        return resources
    }
}

extension CRI.LinuxContainerResources {
    /// In the runtime's words. What is 0 is not asked for.
    func limits() throws(CRIFailure) -> RuntimeSpec.Linux.Resources {
        var resources = RuntimeSpec.Linux.Resources()
        var cpu = RuntimeSpec.Linux.Resources.CPU()
        if cpuShares != 0 { cpu.shares = try positive(cpuShares, "cpuShares") }
        if cpuPeriod != 0 { cpu.period = try positive(cpuPeriod, "cpuPeriod") }
        if cpuQuota != 0 { cpu.quota = cpuQuota }
        if !cpusetCpus.isEmpty { cpu.cpus = cpusetCpus }
        if !cpusetMems.isEmpty { cpu.mems = cpusetMems }
        if cpu != RuntimeSpec.Linux.Resources.CPU() { resources.cpu = cpu }
        if memoryLimitInBytes != 0 || memorySwapLimitInBytes != 0 {
            var memory = RuntimeSpec.Linux.Resources.Memory()
            if memoryLimitInBytes != 0 {
                memory.limit = memoryLimitInBytes
                // Memory and swap together: no swap beyond the limit, unless somebody says so.
                memory.swap = memorySwapLimitInBytes != 0 ? memorySwapLimitInBytes : memoryLimitInBytes
            } else {
                memory.swap = memorySwapLimitInBytes
            }
            resources.memory = memory
        }
        if !hugepageLimits.isEmpty {
            resources.hugepageLimits = hugepageLimits.map { .init(pageSize: $0.pageSize, limit: $0.limit) }
        }
        if !unified.isEmpty { resources.unified = unified }
        return resources
    }

    private func positive(_ value: Int64, _ field: String) throws(CRIFailure) -> UInt64 {
        guard let value = UInt64(exactly: value) else { throw .invalid("\(field) is negative") }
        return value
    }

    /// These figures with others put over them: what the others leave at 0 stays.
    func changed(by other: CRI.LinuxContainerResources) -> CRI.LinuxContainerResources {
        var result = self
        if other.cpuPeriod != 0 { result.cpuPeriod = other.cpuPeriod }
        if other.cpuQuota != 0 { result.cpuQuota = other.cpuQuota }
        if other.cpuShares != 0 { result.cpuShares = other.cpuShares }
        if other.memoryLimitInBytes != 0 { result.memoryLimitInBytes = other.memoryLimitInBytes }
        if other.memorySwapLimitInBytes != 0 { result.memorySwapLimitInBytes = other.memorySwapLimitInBytes }
        if other.oomScoreAdj != 0 { result.oomScoreAdj = other.oomScoreAdj }
        if !other.cpusetCpus.isEmpty { result.cpusetCpus = other.cpusetCpus }
        if !other.cpusetMems.isEmpty { result.cpusetMems = other.cpusetMems }
        if !other.hugepageLimits.isEmpty { result.hugepageLimits = other.hugepageLimits }
        result.unified.merge(other.unified) { $1 }
        return result
    }
}
