import Glibc
import Linux
import UsageSpec

/// What the machine has used, containers or not.
public struct NodeUsage: Sendable, Hashable {
    public var time: Timestamp
    /// When the machine was started.
    public var bootTime: Timestamp
    public var usage: GroupUsage
    /// Of the namespace that the agent is in.
    public var interfaces: [InterfaceUsage]
    /// Means of 1, 5 and 15 minutes.
    public var load: [Double]

    /// No cgroup path can be empty: the machine's sample lies beside those of groups.
    static let samplePath = ""

    /// Nil where procfs cannot be read.
    static func read() -> NodeUsage? {
        guard let stat = try? FileSystem.readText("/proc/stat"), let load = try? FileSystem.readText("/proc/loadavg"),
            let network = try? FileSystem.readText("/proc/self/net/dev")
        else { return nil }
        return NodeUsage(
            time: .now,
            bootTime: Timestamp(seconds: NodeText.bootSeconds(stat) ?? 0),
            usage: GroupUsage(),
            interfaces: InterfaceUsage.parse(network),
            load: load.split(separator: " ").prefix(3).compactMap { Double($0) }
        )
    }

    /// The machine's own figures in the form of a group's.
    static func machine() -> GroupUsage? {
        guard let stat = try? FileSystem.readText("/proc/stat"), let memory = try? FileSystem.readText("/proc/meminfo")
        else { return nil }
        var usage = GroupUsage()
        usage.cpu = NodeText.processors(stat, ticksPerSecond: Int64(sysconf(Int32(_SC_CLK_TCK))))
        usage.memory = NodeText.memory(memory, events: (try? FileSystem.readText("/proc/vmstat")) ?? "")
        if let load = try? FileSystem.readText("/proc/loadavg"),
            let limit = try? FileSystem.readText("/proc/sys/kernel/threads-max")
        {
            usage.processes = NodeText.threads(load, limit: limit)
        }
        var pressure = PressureUsage()
        // Absent in a kernel without pressure stall information.
        pressure.cpu = (try? FileSystem.readText("/proc/pressure/cpu")).flatMap { PressureUsage.Resource(text: $0) }
        pressure.memory = (try? FileSystem.readText("/proc/pressure/memory")).flatMap { PressureUsage.Resource(text: $0) }
        pressure.io = (try? FileSystem.readText("/proc/pressure/io")).flatMap { PressureUsage.Resource(text: $0) }
        usage.pressure = pressure == PressureUsage() ? nil : pressure
        return usage
    }
}

/// What files of proc(5) say of the machine as a whole. No I/O.
package enum NodeText {
    /// `cpu user nice system idle iowait irq softirq steal guest guest_nice`, in ticks; guests are counted as users already.
    package static func processors(_ stat: String, ticksPerSecond: Int64) -> GroupUsage.CPU? {
        guard let line = stat.split(separator: "\n").first, ticksPerSecond > 0 else { return nil }
        let ticks = line.split(separator: " ").dropFirst().map { Int64($0) ?? 0 }
        guard ticks.count >= 8 else { return nil }
        let tick = 1_000_000_000 / ticksPerSecond
        let (user, system) = (ticks[0] + ticks[1], ticks[2] + ticks[5] + ticks[6])
        var cpu = GroupUsage.CPU(usageNanoseconds: (user + system) * tick)
        cpu.userNanoseconds = user * tick
        cpu.systemNanoseconds = system * tick
        return cpu
    }

    /// As the kubelet counts: used is what is not free; what could go at once is not in the working set.
    package static func memory(_ meminfo: String, events: String) -> GroupUsage.Memory? {
        let kilobytes = figures(meminfo)
        guard let total = kilobytes["MemTotal:"], let free = kilobytes["MemFree:"] else { return nil }
        let used = total - free
        let cold = kilobytes["Inactive(file):"] ?? 0
        var memory = GroupUsage.Memory(usageBytes: used * 1024, workingSetBytes: max(0, used - cold) * 1024)
        memory.rssBytes = kilobytes["AnonPages:"].map { $0 * 1024 }
        memory.cacheBytes = kilobytes["Cached:"].map { $0 * 1024 }
        memory.limitBytes = total * 1024
        if let swap = kilobytes["SwapTotal:"], let freeSwap = kilobytes["SwapFree:"] {
            memory.swapBytes = (swap - freeSwap) * 1024
        }
        let counts = figures(events)
        memory.pageFaults = counts["pgfault"]
        memory.majorPageFaults = counts["pgmajfault"]
        memory.oomKills = counts["oom_kill"]
        return memory
    }

    /// `0.20 0.18 0.12 1/80 11206`: the fourth is running/all (proc_loadavg(5)).
    package static func threads(_ load: String, limit: String) -> GroupUsage.Processes? {
        let words = load.split(separator: " ")
        guard words.count > 3, let all = words[3].split(separator: "/").last.flatMap({ Int64($0) }) else { return nil }
        return GroupUsage.Processes(count: all, limit: Int64(limit))
    }

    package static func bootSeconds(_ stat: String) -> Int64? {
        for line in stat.split(separator: "\n") where line.hasPrefix("btime ") { return Int64(line.dropFirst(6)) }
        return nil
    }

    private static func figures(_ text: String) -> [Substring: Int64] {
        var figures: [Substring: Int64] = [:]
        for line in text.split(separator: "\n") {
            let words = line.split(separator: " ")
            if words.count > 1 { figures[words[0]] = Int64(words[1]) }
        }
        return figures
    }
}
