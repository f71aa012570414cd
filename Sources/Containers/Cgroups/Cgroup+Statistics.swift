import Linux

/// What a group uses; a number is nil where its controller is missing.
public struct CgroupStatistics: Codable, Sendable, Hashable {
    public var cpuNanoseconds: UInt64?
    public var memoryBytes: UInt64?
    /// Memory without file pages that could go at once: what counts towards eviction.
    public var workingSetBytes: UInt64?
    public var memoryLimitBytes: UInt64?
    public var processCount: UInt64?
    public var oomKillCount: UInt64?
}

extension Cgroup {
    /// Reads what the group uses.
    public func statistics() -> CgroupStatistics {
        var result = CgroupStatistics()
        if let directory = directory(of: "cpuacct") {
            result.cpuNanoseconds = number(directory.path + "/cpuacct.usage")
        } else if let directory = unified {
            result.cpuNanoseconds = value("usage_usec", in: directory.path + "/cpu.stat").map { $0 * 1000 }
        }
        if let directory = directory(of: "memory") {
            let usage = directory.isUnified ? "/memory.current" : "/memory.usage_in_bytes"
            let inactive = directory.isUnified ? "inactive_file" : "total_inactive_file"
            result.memoryBytes = number(directory.path + usage)
            if let used = result.memoryBytes, let cold = value(inactive, in: directory.path + "/memory.stat") {
                result.workingSetBytes = used > cold ? used - cold : 0
            }
            result.memoryLimitBytes = number(
                directory.path + (directory.isUnified ? "/memory.max" : "/memory.limit_in_bytes")
            )
        }
        if let directory = directory(of: "pids") { result.processCount = number(directory.path + "/pids.current") }
        result.oomKillCount = oomKillCount()
        return result
    }

    /// How many processes of the group the kernel has killed for lack of memory; nil without the memory controller.
    public func oomKillCount() -> UInt64? {
        guard let directory = directory(of: "memory") else { return nil }
        return value("oom_kill", in: directory.path + (directory.isUnified ? "/memory.events" : "/memory.oom_control"))
    }

    /// The file that changes when the group runs out of memory: `memory.events` to watch by inotify on version 2,
    /// `memory.oom_control` for an eventfd in `cgroup.event_control` on version 1.
    public var oomControl: (path: String, isUnified: Bool)? {
        guard let directory = directory(of: "memory") else { return nil }
        return (directory.path + (directory.isUnified ? "/memory.events" : "/memory.oom_control"), directory.isUnified)
    }

    // A statistic that cannot be read (the group just went) is an absent one.
    private func number(_ path: String) -> UInt64? {
        (try? FileSystem.readText(path)).flatMap { UInt64($0) }
    }

    private func value(_ key: String, in path: String) -> UInt64? {
        guard let text = try? FileSystem.readText(path) else { return nil }
        for line in text.split(separator: "\n") {
            let parts = line.split(separator: " ")
            if parts.count == 2, parts[0] == key { return UInt64(parts[1]) }
        }
        return nil
    }
}
