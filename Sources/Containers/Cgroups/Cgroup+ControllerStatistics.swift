import Linux

extension Cgroup {
    /// Reads all figures of all controllers. A file that is not there (the group may just have gone) leaves its figure out.
    public func controllerStatistics() -> ControllerStatistics {
        var result = ControllerStatistics()
        readCPU(&result.cpu)
        if let files = files(of: "cpuset") {
            result.cpuset.cpus = files.text("cpuset.cpus")
            result.cpuset.mems = files.text("cpuset.mems")
        }
        if let files = files(of: "memory") {
            result.memory.raw = files.table("memory.stat")
            if files.isUnified { readUnified(files, &result.memory) } else { readLegacy(files, &result.memory) }
        }
        if let files = files(of: "pids") {
            result.pids.current = files.number("pids.current") ?? 0
            result.pids.limit = files.number("pids.max") ?? 0
        }
        if let files = files(of: "io") {
            readUnified(files, &result.blkio)
        } else if let files = files(of: "blkio") {
            result.blkio.ioServiceBytesRecursive = files.operations("blkio.throttle.io_service_bytes_recursive")
            result.blkio.ioServicedRecursive = files.operations("blkio.throttle.io_serviced_recursive")
        }
        if let files = files(of: "hugetlb") { result.hugetlb = files.hugePages() }
        return result
    }

    private func files(of controller: String) -> StatisticFiles? {
        directory(of: controller).map { StatisticFiles(path: $0.path, isUnified: $0.isUnified) }
    }

    private func readCPU(_ cpu: inout ControllerStatistics.CPU) {
        if let files = files(of: "cpuacct") {
            cpu.usage.total = files.number("cpuacct.usage") ?? 0
            cpu.usage.percpu = files.text("cpuacct.usage_percpu")?.split(separator: " ").compactMap { UInt64($0) }
            cpu.usage.kernel = files.number("cpuacct.usage_sys") ?? 0
            cpu.usage.user = files.number("cpuacct.usage_user") ?? 0
            let stat = self.files(of: "cpu")?.table("cpu.stat") ?? [:]
            cpu.throttling.periods = stat["nr_periods"] ?? 0
            cpu.throttling.throttledPeriods = stat["nr_throttled"] ?? 0
            cpu.throttling.throttledTime = stat["throttled_time"] ?? 0
        } else if let unified {
            // Version 2 counts microseconds, and counts them whether the controller is on or not.
            let stat = StatisticFiles(path: unified.path, isUnified: true).table("cpu.stat")
            cpu.usage.total = (stat["usage_usec"] ?? 0) &* 1000
            cpu.usage.kernel = (stat["system_usec"] ?? 0) &* 1000
            cpu.usage.user = (stat["user_usec"] ?? 0) &* 1000
            cpu.throttling.periods = stat["nr_periods"] ?? 0
            cpu.throttling.throttledPeriods = stat["nr_throttled"] ?? 0
            cpu.throttling.throttledTime = (stat["throttled_usec"] ?? 0) &* 1000
        }
    }

    private func readLegacy(_ files: StatisticFiles, _ memory: inout ControllerStatistics.Memory) {
        func entry(_ prefix: String) -> ControllerStatistics.Entry {
            .init(
                limit: files.number("\(prefix).limit_in_bytes") ?? 0,
                usage: files.number("\(prefix).usage_in_bytes") ?? 0,
                max: files.number("\(prefix).max_usage_in_bytes") ?? 0,
                failcnt: files.number("\(prefix).failcnt") ?? 0
            )
        }
        memory.cache = memory.raw["cache"] ?? 0
        memory.usage = entry("memory")
        memory.swap = entry("memory.memsw")
        memory.kernel = entry("memory.kmem")
        memory.kernelTCP = entry("memory.kmem.tcp")
    }

    private func readUnified(_ files: StatisticFiles, _ memory: inout ControllerStatistics.Memory) {
        let events = files.table("memory.events")
        memory.cache = memory.raw["file"] ?? 0
        memory.usage.limit = files.limit("memory.max")
        memory.usage.usage = files.number("memory.current") ?? 0
        memory.usage.max = files.number("memory.peak") ?? 0
        memory.usage.failcnt = events["max"] ?? 0
        // Callers expect memory and swap together, as version 1 counts it.
        if let swap = files.number("memory.swap.current") {
            memory.swap.usage = swap &+ memory.usage.usage
            memory.swap.limit = files.limit("memory.swap.max").addingReportingOverflow(memory.usage.limit).partialValue
        }
    }

    private func readUnified(_ files: StatisticFiles, _ blkio: inout ControllerStatistics.BlockIO) {
        // 8:0 rbytes=1 wbytes=2 rios=3 wios=4 dbytes=5 dios=6
        let words = ["rbytes": "Read", "wbytes": "Write", "rios": "Read", "wios": "Write", "dbytes": "Discard", "dios": "Discard"]
        for line in files.text("io.stat")?.split(separator: "\n") ?? [] {
            let fields = line.split(separator: " ")
            let numbers = fields[0].split(separator: ":").compactMap { UInt64($0) }
            guard numbers.count == 2 else { continue }
            for field in fields.dropFirst() {
                let pair = field.split(separator: "=")
                guard pair.count == 2, let op = words[String(pair[0])], let value = UInt64(pair[1]) else { continue }
                let entry = ControllerStatistics.BlockEntry(major: numbers[0], minor: numbers[1], op: op, value: value)
                if pair[0].hasSuffix("bytes") {
                    blkio.ioServiceBytesRecursive.append(entry)
                } else {
                    blkio.ioServicedRecursive.append(entry)
                }
            }
        }
    }
}

/// The files of one folder of figures.
private struct StatisticFiles {
    let path: String
    let isUnified: Bool

    // A figure that cannot be read is an absent one.
    func text(_ name: String) -> String? { try? FileSystem.readText("\(path)/\(name)") }

    func number(_ name: String) -> UInt64? { text(name).flatMap { UInt64($0) } }

    /// `max` is the greatest number there is.
    func limit(_ name: String) -> UInt64 {
        guard let text = text(name) else { return 0 }
        return text == "max" ? .max : UInt64(text) ?? 0
    }

    /// Lines `key number`.
    func table(_ name: String) -> [String: UInt64] {
        var result: [String: UInt64] = [:]
        for line in text(name)?.split(separator: "\n") ?? [] {
            let words = line.split(separator: " ")
            if words.count == 2, let value = UInt64(words[1]) { result[String(words[0])] = value }
        }
        return result
    }

    /// Lines `major:minor operation number`.
    func operations(_ name: String) -> [ControllerStatistics.BlockEntry] {
        (text(name) ?? "").split(separator: "\n").compactMap { line in
            let words = line.split(separator: " ")
            let numbers = words[0].split(separator: ":").compactMap { UInt64($0) }
            guard words.count == 3, numbers.count == 2, let value = UInt64(words[2]) else { return nil }
            return .init(major: numbers[0], minor: numbers[1], op: String(words[1]), value: value)
        }
    }

    func hugePages() -> [String: ControllerStatistics.Hugetlb] {
        let suffix = isUnified ? ".current" : ".usage_in_bytes"
        var result: [String: ControllerStatistics.Hugetlb] = [:]
        for name in (try? FileSystem.list(path)) ?? [] {
            guard name.hasPrefix("hugetlb."), name.hasSuffix(suffix), !name.split(separator: ".").contains("rsvd") else { continue }
            let size = name.dropFirst("hugetlb.".count).dropLast(suffix.count)
            var entry = ControllerStatistics.Hugetlb(usage: number(name) ?? 0)
            if isUnified {
                entry.failcnt = table("hugetlb.\(size).events")["max"] ?? 0
            } else {
                entry.max = number("hugetlb.\(size).max_usage_in_bytes") ?? 0
                entry.failcnt = number("hugetlb.\(size).failcnt") ?? 0
            }
            result[String(size)] = entry
        }
        return result
    }
}
