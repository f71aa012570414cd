import AgentAPI
import Linux
import Metrics
import UsageSpec

/// `/metrics/cadvisor`: containers, pods and the machine under cAdvisor's names and labels.
///
/// As with cAdvisor, the series of a pod's group have `container=""`, the machine's `id="/"`, and `name` is the container's id.
/// The network's series are the pod's.
public struct CadvisorMetrics: Sendable {
    private var table = FamilyTable()

    public static func families(_ pods: [PodStats], node: NodeStats?) -> [MetricFamily] {
        var metrics = CadvisorMetrics()
        if let node { metrics.add(node) }
        for pod in pods { metrics.add(pod) }
        return metrics.table.families
    }

    private mutating func add(_ node: NodeStats) {
        let labels = Self.labels(id: "/")
        add(node.usage, labels, at: node.time)
        add(node.network, labels, at: node.time)
        let boot = Timestamp(rfc3339: node.bootedAt).map { Double($0.nanosecondsSinceEpoch / 1_000_000_000) }
        if let boot { table.add("container_start_time_seconds", .gauge, Self.startHelp, boot, labels) }
    }

    private mutating func add(_ pod: PodStats) {
        guard let usage = pod.usage else { return }
        let labels = Self.labels(id: "/pods/\(pod.uid)", pod: pod)
        add(usage, labels, at: pod.time)
        add(pod.network ?? [], labels, at: pod.time)
        for container in pod.containers { add(container, of: pod) }
    }

    private mutating func add(_ container: PodStats.Container, of pod: PodStats) {
        let labels = Self.labels(id: "/pods/\(pod.uid)/\(container.id)", container, pod: pod)
        add(container.usage, labels, at: pod.time)
        if let started = container.startedAt.flatMap({ Timestamp(rfc3339: $0) }) {
            let seconds = Double(started.nanosecondsSinceEpoch) / 1e9
            table.add("container_start_time_seconds", .gauge, Self.startHelp, seconds, labels)
        }
        if let files = container.rootfs {
            // Its own files lie on the file system of pods, whichever that is.
            let disk = labels + [.init("device", "overlay")]
            let help = "Number of bytes that are consumed by the container on this filesystem."
            table.add("container_fs_usage_bytes", .gauge, help, Double(files.usedBytes), disk)
        }
    }

    private static let startHelp = "Start time of the container since unix epoch in seconds."

    /// The same labels for all, so that queries that sum by them work.
    private static func labels(
        id: String,
        _ container: PodStats.Container? = nil,
        pod: PodStats? = nil
    ) -> [MetricFamily.Label] {
        [
            .init("container", container?.name ?? ""), .init("id", id), .init("image", container?.image ?? ""),
            .init("name", container?.id ?? ""), .init("namespace", pod?.namespace ?? ""), .init("pod", pod?.name ?? ""),
        ]
    }

    private mutating func add(_ usage: GroupUsage, _ labels: [MetricFamily.Label], at time: String) {
        let seen = Timestamp(rfc3339: time).map { Double($0.nanosecondsSinceEpoch / 1_000_000_000) }
        if let seen {
            table.add("container_last_seen", .gauge, "Last time a container was seen by the exporter.", seen, labels)
        }
        if let cpu = usage.cpu { add(cpu, labels) }
        if let memory = usage.memory { add(memory, labels) }
        if let processes = usage.processes {
            let help = "Number of threads running inside the container."
            table.add("container_threads", .gauge, help, Double(processes.count), labels)
            if let limit = processes.limit {
                let help = "Maximum number of threads allowed inside the container."
                table.add("container_threads_max", .gauge, help, Double(limit), labels)
            }
        }
        for device in usage.devices ?? [] { add(device, labels) }
        if let pressure = usage.pressure { add(pressure, labels) }
    }

    private mutating func add(_ cpu: GroupUsage.CPU, _ labels: [MetricFamily.Label]) {
        func seconds(_ name: String, _ help: String, _ nanoseconds: Int64?, _ labels: [MetricFamily.Label]) {
            guard let nanoseconds else { return }
            table.add(name, .counter, help, Double(nanoseconds) / 1e9, labels)
        }
        let total = labels + [.init("cpu", "total")]
        seconds("container_cpu_usage_seconds_total", "Cumulative cpu time consumed in seconds.", cpu.usageNanoseconds, total)
        seconds("container_cpu_user_seconds_total", "Cumulative user cpu time consumed in seconds.", cpu.userNanoseconds, labels)
        seconds(
            "container_cpu_system_seconds_total",
            "Cumulative system cpu time consumed in seconds.",
            cpu.systemNanoseconds,
            labels
        )
        seconds(
            "container_cpu_cfs_throttled_seconds_total",
            "Total time duration the container has been throttled.",
            cpu.throttledNanoseconds,
            labels
        )
        let periods = "Number of elapsed enforcement period intervals."
        table.add("container_cpu_cfs_periods_total", .counter, periods, cpu.periods, labels)
        let throttled = "Number of throttled period intervals."
        table.add("container_cpu_cfs_throttled_periods_total", .counter, throttled, cpu.throttledPeriods, labels)
    }

    private mutating func add(_ memory: GroupUsage.Memory, _ labels: [MetricFamily.Label]) {
        let figures: [(String, String, Int64?)] = [
            ("container_memory_usage_bytes", "Current memory usage, all memory regardless of when it was accessed.", memory.usageBytes),
            ("container_memory_working_set_bytes", "Current working set.", memory.workingSetBytes),
            ("container_memory_rss", "Size of RSS in bytes.", memory.rssBytes),
            ("container_memory_cache", "Number of bytes of page cache memory.", memory.cacheBytes),
            ("container_memory_swap", "Container swap usage.", memory.swapBytes),
            // As cAdvisor has it: 0 for no limit.
            ("container_spec_memory_limit_bytes", "Memory limit for the container.", memory.limitBytes ?? 0),
        ]
        for (name, help, figure) in figures { table.add(name, .gauge, help, figure, labels) }
        table.add("container_oom_events_total", .counter, "Count of out of memory events.", memory.oomKills, labels)
        let scope = [MetricFamily.Label("scope", "hierarchy")]
        let help = "Cumulative count of memory allocation failures."
        for (kind, figure) in [("pgfault", memory.pageFaults), ("pgmajfault", memory.majorPageFaults)] {
            table.add(
                "container_memory_failures_total",
                .counter,
                help,
                figure,
                labels + [.init("failure_type", kind)] + scope
            )
        }
    }

    private mutating func add(_ device: GroupUsage.Device, _ labels: [MetricFamily.Label]) {
        let labels = labels + [.init("device", device.device)]
        let figures: [(String, String, Int64)] = [
            ("container_fs_reads_bytes_total", "Cumulative count of bytes read.", device.readBytes),
            ("container_fs_writes_bytes_total", "Cumulative count of bytes written.", device.writeBytes),
            ("container_fs_reads_total", "Cumulative count of reads completed.", device.reads),
            ("container_fs_writes_total", "Cumulative count of writes completed.", device.writes),
        ]
        for (name, help, figure) in figures { table.add(name, .counter, help, figure, labels) }
    }

    private mutating func add(_ pressure: PressureUsage, _ labels: [MetricFamily.Label]) {
        for (name, resource) in [("cpu", pressure.cpu), ("memory", pressure.memory), ("io", pressure.io)] {
            for (state, line) in [("waiting", resource?.some), ("stalled", resource?.full)] {
                guard let line else { continue }
                let help = "Total time duration \(state == "waiting" ? "some" : "all") tasks in the container have waited for \(name)."
                let seconds = Double(line.totalMicroseconds) / 1e6
                table.add("container_pressure_\(name)_\(state)_seconds_total", .counter, help, seconds, labels)
            }
        }
    }

    private mutating func add(_ interfaces: [InterfaceUsage], _ labels: [MetricFamily.Label], at time: String) {
        for interface in interfaces {
            let labels = labels + [.init("interface", interface.name)]
            for (word, verb, counters) in [
                ("receive", "received", interface.received), ("transmit", "transmitted", interface.transmitted),
            ] {
                let figures: [(String, String, Int64)] = [
                    ("bytes", "Cumulative count of bytes \(verb).", counters.bytes),
                    ("packets", "Cumulative count of packets \(verb).", counters.packets),
                    ("errors", "Cumulative count of errors encountered while packets were \(verb).", counters.errors),
                    ("packets_dropped", "Cumulative count of packets dropped before they were \(verb).", counters.dropped),
                ]
                for (what, help, figure) in figures {
                    table.add("container_network_\(word)_\(what)_total", .counter, help, figure, labels)
                }
            }
        }
    }
}
