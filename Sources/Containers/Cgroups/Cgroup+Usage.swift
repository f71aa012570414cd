import Linux
import UsageSpec

extension Cgroup {
    /// Reads all that the group has used: a dozen small files of the kernel's. A figure whose controller or file is not there
    /// (the group may just have gone) is absent. Does not block.
    public func usage() -> GroupUsage {
        var usage = GroupUsage()
        usage.cpu = cpuUsage()
        usage.memory = memoryUsage()
        usage.processes = processUsage()
        usage.devices = deviceUsage()
        usage.pressure = pressureUsage()
        return usage
    }

    private func cpuUsage() -> GroupUsage.CPU? {
        if let directory = directory(of: "cpuacct") {
            guard let total = StatFile.number("\(directory.path)/cpuacct.usage") else { return nil }
            var cpu = GroupUsage.CPU(usageNanoseconds: total)
            cpu.userNanoseconds = StatFile.number("\(directory.path)/cpuacct.usage_user")
            cpu.systemNanoseconds = StatFile.number("\(directory.path)/cpuacct.usage_sys")
            if let quota = self.directory(of: "cpu").flatMap({ StatFile("\($0.path)/cpu.stat") }) {
                cpu.periods = quota["nr_periods"]
                cpu.throttledPeriods = quota["nr_throttled"]
                cpu.throttledNanoseconds = quota["throttled_time"]
            }
            return cpu
        }
        // Counted on version 2 whether the controller is on or not.
        guard let directory = unified, let stat = StatFile("\(directory.path)/cpu.stat"), let total = stat["usage_usec"]
        else { return nil }
        func nanoseconds(_ key: Substring) -> Int64? { stat[key].map { $0.multipliedClamping(by: 1000) } }
        var cpu = GroupUsage.CPU(usageNanoseconds: total.multipliedClamping(by: 1000))
        cpu.userNanoseconds = nanoseconds("user_usec")
        cpu.systemNanoseconds = nanoseconds("system_usec")
        cpu.periods = stat["nr_periods"]
        cpu.throttledPeriods = stat["nr_throttled"]
        cpu.throttledNanoseconds = nanoseconds("throttled_usec")
        return cpu
    }

    private func memoryUsage() -> GroupUsage.Memory? {
        guard let directory = directory(of: "memory") else { return nil }
        let (path, isUnified) = (directory.path, directory.isUnified)
        guard let used = StatFile.number(path + (isUnified ? "/memory.current" : "/memory.usage_in_bytes")),
            let stat = StatFile("\(path)/memory.stat")
        else { return nil }
        // Without `total_` version 1 counts the group alone, not what is below it.
        func figure(_ unified: Substring, _ legacy: Substring) -> Int64? { stat[isUnified ? unified : legacy] }
        let cold = figure("inactive_file", "total_inactive_file") ?? 0
        var memory = GroupUsage.Memory(usageBytes: used, workingSetBytes: max(0, used - cold))
        memory.rssBytes = figure("anon", "total_rss")
        memory.cacheBytes = figure("file", "total_cache")
        memory.swapBytes = isUnified ? StatFile.number("\(path)/memory.swap.current") : stat["total_swap"]
        memory.pageFaults = figure("pgfault", "total_pgfault")
        memory.majorPageFaults = figure("pgmajfault", "total_pgmajfault")
        memory.oomKills = oomKillCount().map { Int64(clamping: $0) }
        memory.limitBytes = StatFile.number(path + (isUnified ? "/memory.max" : "/memory.limit_in_bytes"))
        // Version 1 writes "no limit" as the greatest number of whole pages.
        if let limit = memory.limitBytes, limit >= Int64.max - 1 << 20 { memory.limitBytes = nil }
        return memory
    }

    private func processUsage() -> GroupUsage.Processes? {
        guard let directory = directory(of: "pids"), let count = StatFile.number("\(directory.path)/pids.current") else {
            return nil
        }
        return GroupUsage.Processes(count: count, limit: StatFile.number("\(directory.path)/pids.max"))
    }

    private func deviceUsage() -> [GroupUsage.Device]? {
        if let directory = directory(of: "io") {
            return (try? FileSystem.readText("\(directory.path)/io.stat")).map(DeviceText.unified)
        }
        guard let path = directory(of: "blkio")?.path,
            let bytes = try? FileSystem.readText("\(path)/blkio.throttle.io_service_bytes_recursive"),
            let operations = try? FileSystem.readText("\(path)/blkio.throttle.io_serviced_recursive")
        else { return nil }
        return DeviceText.legacy(bytes: bytes, operations: operations)
    }

    private func pressureUsage() -> PressureUsage? {
        guard let path = unified?.path else { return nil }
        func resource(_ name: String) -> PressureUsage.Resource? {
            // Absent in a kernel without it, or where it is switched off (EOPNOTSUPP).
            (try? FileSystem.readText("\(path)/\(name).pressure")).flatMap { PressureUsage.Resource(text: $0) }
        }
        var pressure = PressureUsage()
        pressure.cpu = resource("cpu")
        pressure.memory = resource("memory")
        pressure.io = resource("io")
        return pressure == PressureUsage() ? nil : pressure
    }
}

/// A file of lines `key number`.
private struct StatFile {
    private var figures: [Substring: Int64] = [:]

    /// Nil where it cannot be read: a group that has just gone.
    init?(_ path: String) {
        guard let text = try? FileSystem.readText(path) else { return nil }
        for line in text.split(separator: "\n") {
            let words = line.split(separator: " ")
            if words.count == 2 { figures[words[0]] = UInt64(words[1]).map { Int64(clamping: $0) } }
        }
    }

    subscript(key: Substring) -> Int64? { figures[key] }

    /// The only number of a file; nil for `max` too.
    static func number(_ path: String) -> Int64? {
        (try? FileSystem.readText(path)).flatMap { UInt64($0) }.map { Int64(clamping: $0) }
    }
}

extension Int64 {
    fileprivate func multipliedClamping(by factor: Int64) -> Int64 {
        let (product, overflow) = multipliedReportingOverflow(by: factor)
        return overflow ? .max : product
    }
}
