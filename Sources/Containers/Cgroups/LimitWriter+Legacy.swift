import Glibc
import Linux
import OCISpec

/// Version 1: one controller, one set of files.
extension LimitWriter {
    func applyLegacy(
        _ resources: RuntimeSpec.Linux.Resources,
        controller: String,
        warnings: inout [String]
    ) throws(CgroupError) {
        switch controller {
        case "memory": if let memory = resources.memory { try apply(memory, warnings: &warnings) }
        case "cpu": if let cpu = resources.cpu { try apply(cpu) }
        case "cpuset":
            if let cpus = resources.cpu?.cpus, !cpus.isEmpty { try set("cpuset.cpus", cpus) }
            if let mems = resources.cpu?.mems, !mems.isEmpty { try set("cpuset.mems", mems) }
        case "pids": if let limit = resources.pids?.limit { try set("pids.max", limit > 0 ? "\(limit)" : "max") }
        case "blkio": if let blockIO = resources.blockIO { try apply(blockIO, warnings: &warnings) }
        case "hugetlb":
            for limit in resources.hugepageLimits ?? [] {
                try set("hugetlb.\(limit.pageSize).limit_in_bytes", limit.limit)
            }
        case "devices": try apply(resources.devices ?? [])
        case "net_cls": if let id = resources.network?.classID { try set("net_cls.classid", id) }
        case "net_prio":
            for priority in resources.network?.priorities ?? [] {
                try set("net_prio.ifpriomap", "\(priority.name) \(priority.priority)")
            }
        case "rdma": try setRdma(resources.rdma)
        default: break
        }
    }

    private func apply(
        _ memory: RuntimeSpec.Linux.Resources.Memory,
        warnings: inout [String]
    ) throws(CgroupError) {
        let limitFile = "memory.limit_in_bytes"
        let swapFile = "memory.memsw.limit_in_bytes"
        if let limit = memory.limit, let swap = memory.swap {
            // Memory may never be above memory and swap together: which of the two is written first depends on
            // whether the limit grows.
            do throws(CgroupError) { try set(limitFile, limit) } catch {
                guard case .system(let cause) = error, cause.errno == EINVAL else { throw error }
                try set(swapFile, swap)
                try set(limitFile, limit)
                try apply(rest: memory, warnings: &warnings)
                return
            }
            if try !setIfPresent(swapFile, swap), swap != limit {
                warnings.append("memory.swap is not limited: the kernel does not account swap")
            }
        } else {
            if let limit = memory.limit { try set(limitFile, limit) }
            if let swap = memory.swap { try set(swapFile, swap) }
        }
        try apply(rest: memory, warnings: &warnings)
    }

    private func apply(
        rest memory: RuntimeSpec.Linux.Resources.Memory,
        warnings: inout [String]
    ) throws(CgroupError) {
        if let reservation = memory.reservation { try set("memory.soft_limit_in_bytes", reservation) }
        if let tcp = memory.kernelTCP { try set("memory.kmem.tcp.limit_in_bytes", tcp) }
        if let swappiness = memory.swappiness {
            guard swappiness <= 100 else { throw .invalid("memory.swappiness \(swappiness) is not within 0 and 100") }
            try set("memory.swappiness", swappiness)
        }
        if memory.disableOOMKiller == true { try set("memory.oom_control", "1") }
        if memory.kernel != nil { warnings.append("memory.kernel is not limited: kernels no longer support it") }
    }

    private func apply(_ cpu: RuntimeSpec.Linux.Resources.CPU) throws(CgroupError) {
        if let shares = cpu.shares, shares != 0 { try set("cpu.shares", shares) }
        try applyBandwidth(cpu)
        if let burst = cpu.burst { try set("cpu.cfs_burst_us", burst) }
        if let period = cpu.realtimePeriod, period != 0 { try set("cpu.rt_period_us", period) }
        if let runtime = cpu.realtimeRuntime, runtime != 0 { try set("cpu.rt_runtime_us", runtime) }
        if let idle = cpu.idle { try set("cpu.idle", idle) }
    }

    /// A group may not have more than its parent at any moment: which of the two is written first depends on which grows.
    private func applyBandwidth(_ cpu: RuntimeSpec.Linux.Resources.CPU) throws(CgroupError) {
        let period = cpu.period.flatMap { $0 == 0 ? nil : $0 }
        let quota = cpu.quota.flatMap { $0 == 0 ? nil : $0 }
        var isLate = false
        if let period {
            do throws(CgroupError) { try set("cpu.cfs_period_us", period) } catch {
                guard case .system(let cause) = error, cause.errno == EINVAL, quota != nil else { throw error }
                isLate = true
            }
        }
        if let quota { try set("cpu.cfs_quota_us", quota) }
        if let period, isLate { try set("cpu.cfs_period_us", period) }
    }

    private func apply(
        _ blockIO: RuntimeSpec.Linux.Resources.BlockIO,
        warnings: inout [String]
    ) throws(CgroupError) {
        if let weight = blockIO.weight, weight != 0 {
            let plain = try setIfPresent("blkio.weight", weight)
            if !plain, try !setIfPresent("blkio.bfq.weight", weight) {
                warnings.append("blockIO.weight is not set: the kernel has no proportional block I/O scheduler")
            }
        }
        for device in blockIO.weightDevice ?? [] {
            guard let weight = device.weight else { continue }
            let value = "\(device.major):\(device.minor) \(weight)"
            let plain = try setIfPresent("blkio.weight_device", value)
            if !plain, try !setIfPresent("blkio.bfq.weight_device", value) {
                warnings.append("blockIO.weightDevice is not set: the kernel has no proportional block I/O scheduler")
            }
        }
        try setThrottles("blkio.throttle.read_bps_device", blockIO.throttleReadBpsDevice)
        try setThrottles("blkio.throttle.write_bps_device", blockIO.throttleWriteBpsDevice)
        try setThrottles("blkio.throttle.read_iops_device", blockIO.throttleReadIOPSDevice)
        try setThrottles("blkio.throttle.write_iops_device", blockIO.throttleWriteIOPSDevice)
    }

    private func setThrottles(
        _ file: String,
        _ devices: [RuntimeSpec.Linux.Resources.BlockIO.ThrottleDevice]?
    ) throws(CgroupError) {
        for device in devices ?? [] { try set(file, "\(device.major):\(device.minor) \(device.rate ?? 0)") }
    }

    /// The kernel keeps a list of exceptions itself; a new group has that of its parent.
    private func apply(_ rules: [RuntimeSpec.Linux.Resources.DeviceRule]) throws(CgroupError) {
        var restricted = false
        for rule in rules {
            let line = try DeviceRuleText(rule)
            if line.isEverything {
                // A group that was never restricted has everything already, and the kernel refuses to say so again
                // below a restricted parent.
                if rule.allow && !restricted { continue }
                try set(rule.allow ? "devices.allow" : "devices.deny", "a")
                restricted = !rule.allow
            } else {
                try set(rule.allow ? "devices.allow" : "devices.deny", line.text)
            }
        }
    }

    func setRdma(_ limits: [String: RuntimeSpec.Linux.Resources.Rdma]?) throws(CgroupError) {
        for (device, limit) in limits ?? [:] {
            var line = device
            if let handles = limit.hcaHandles { line += " hca_handle=\(handles)" }
            if let objects = limit.hcaObjects { line += " hca_object=\(objects)" }
            try set("rdma.max", line)
        }
    }
}

/// A device rule in the form of the kernel's version 1 files: `c 1:3 rwm`.
struct DeviceRuleText {
    let text: String
    let isEverything: Bool

    init(_ rule: RuntimeSpec.Linux.Resources.DeviceRule) throws(CgroupError) {
        let type = rule.type.flatMap { $0.isEmpty ? nil : $0 } ?? "a"
        let access = rule.access.flatMap { $0.isEmpty ? nil : $0 } ?? "rwm"
        guard ["a", "b", "c"].contains(type) else { throw .invalid("device type \"\(type)\" is none of a, b and c") }
        guard access.utf8.allSatisfy({ $0 == 0x72 || $0 == 0x77 || $0 == 0x6D }) else {
            throw .invalid("device access \"\(access)\" holds more than r, w and m")
        }
        func number(_ value: Int64?) -> String { value.flatMap { $0 < 0 ? nil : "\($0)" } ?? "*" }
        let major = number(rule.major)
        let minor = number(rule.minor)
        let full = Set(access) == ["r", "w", "m"]
        isEverything = type == "a" && major == "*" && minor == "*" && full
        if type == "a" && !isEverything {
            throw .invalid("a device rule of type a is about all devices and all kinds of access")
        }
        text = "\(type) \(major):\(minor) \(access)"
    }
}
