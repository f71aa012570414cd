import Glibc
import OCISpec

/// Version 2: the specification speaks the language of version 1, so most values are converted.
extension LimitWriter {
    func applyUnified(
        _ resources: RuntimeSpec.Linux.Resources,
        controllers: [String],
        warnings: inout [String]
    ) throws(CgroupError) {
        let available = Set(controllers)
        if available.contains("memory"), let memory = resources.memory { try apply(memory, warnings: &warnings) }
        if available.contains("cpu"), let cpu = resources.cpu { try apply(cpu) }
        if available.contains("cpuset") {
            if let cpus = resources.cpu?.cpus, !cpus.isEmpty { try set("cpuset.cpus", cpus) }
            if let mems = resources.cpu?.mems, !mems.isEmpty { try set("cpuset.mems", mems) }
        }
        if available.contains("pids"), let limit = resources.pids?.limit {
            try set("pids.max", limit > 0 ? "\(limit)" : "max")
        }
        if available.contains("io"), let blockIO = resources.blockIO { try apply(blockIO, warnings: &warnings) }
        if available.contains("hugetlb") {
            for limit in resources.hugepageLimits ?? [] { try set("hugetlb.\(limit.pageSize).max", limit.limit) }
        }
        if available.contains("rdma") { try setRdma(resources.rdma) }
        for (file, value) in (resources.unified ?? [:]).sorted(by: { $0.key < $1.key }) {
            guard !file.isEmpty, !file.utf8.contains(UInt8(ascii: "/")), file != "..", file != "." else {
                throw .invalid("resources.unified: \"\(file)\" is not the name of a cgroup file")
            }
            try set(file, value)
        }
    }

    private func apply(
        _ memory: RuntimeSpec.Linux.Resources.Memory,
        warnings: inout [String]
    ) throws(CgroupError) {
        for (name, isSet) in [
            ("kernel", memory.kernel != nil), ("kernelTCP", memory.kernelTCP != nil),
            ("swappiness", memory.swappiness != nil), ("disableOOMKiller", memory.disableOOMKiller == true),
        ] where isSet {
            warnings.append("memory.\(name) is not set: cgroup v2 has nothing like it")
        }
        if let limit = memory.limit { try set("memory.max", Self.limit(limit)) }
        if let swap = try Self.swapAlone(memory) { try set("memory.swap.max", swap) }
        if let reservation = memory.reservation { try set("memory.low", Self.limit(reservation)) }
    }

    /// Version 2 counts swap by itself, the specification counts memory and swap together.
    static func swapAlone(_ memory: RuntimeSpec.Linux.Resources.Memory) throws(CgroupError) -> String? {
        guard let swap = memory.swap, swap != 0 else { return nil }
        if swap < 0 { return "max" }
        guard let limit = memory.limit, limit > 0 else {
            throw .invalid("memory.swap \(swap) needs a memory.limit on cgroup v2")
        }
        guard swap >= limit else { throw .invalid("memory.swap \(swap) is below memory.limit \(limit)") }
        return "\(swap - limit)"
    }

    private static func limit(_ value: Int64) -> String { value < 0 ? "max" : "\(value)" }

    private func apply(_ cpu: RuntimeSpec.Linux.Resources.CPU) throws(CgroupError) {
        if let shares = cpu.shares, shares != 0 { try set("cpu.weight", CPUWeight(shares: shares).value) }
        if cpu.quota != nil || cpu.period != nil {
            let quota = cpu.quota ?? 0
            let period = cpu.period ?? 0
            try set("cpu.max", (quota > 0 ? "\(quota)" : "max") + (period > 0 ? " \(period)" : ""))
        }
        if let burst = cpu.burst { try set("cpu.max.burst", burst) }
        if let idle = cpu.idle { try set("cpu.idle", idle) }
        if cpu.realtimeRuntime ?? 0 != 0 || cpu.realtimePeriod ?? 0 != 0 {
            throw .invalid("cpu.realtimeRuntime and realtimePeriod do not exist on cgroup v2")
        }
    }

    private func apply(
        _ blockIO: RuntimeSpec.Linux.Resources.BlockIO,
        warnings: inout [String]
    ) throws(CgroupError) {
        if let weight = blockIO.weight, weight != 0 {
            // 10 to 1000 becomes 1 to 10000, unless the scheduler is BFQ, whose file takes the old range.
            if try !setIfPresent("io.bfq.weight", weight) {
                let converted = 1 + (UInt64(max(weight, 10)) - 10) * 9999 / 990
                if try !setIfPresent("io.weight", converted) {
                    warnings.append("blockIO.weight is not set: the kernel has no proportional block I/O scheduler")
                }
            }
        }
        for device in blockIO.weightDevice ?? [] {
            if let weight = device.weight {
                if try !setIfPresent("io.bfq.weight", "\(device.major):\(device.minor) \(weight)") {
                    warnings.append("blockIO.weightDevice is not set: the kernel has no BFQ scheduler")
                }
            }
        }
        let throttles: [(String, [RuntimeSpec.Linux.Resources.BlockIO.ThrottleDevice]?)] = [
            ("rbps", blockIO.throttleReadBpsDevice), ("wbps", blockIO.throttleWriteBpsDevice),
            ("riops", blockIO.throttleReadIOPSDevice), ("wiops", blockIO.throttleWriteIOPSDevice),
        ]
        for (key, devices) in throttles {
            for device in devices ?? [] {
                let rate = device.rate.flatMap { $0 == 0 ? nil : "\($0)" } ?? "max"
                try set("io.max", "\(device.major):\(device.minor) \(key)=\(rate)")
            }
        }
    }
}
