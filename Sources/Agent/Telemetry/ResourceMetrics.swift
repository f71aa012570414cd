import AgentAPI
import Linux
import Metrics
import UsageSpec

/// `/metrics/resource`: what metrics-server and autoscalers read, under the kubelet's names.
public enum ResourceMetrics {
    public static func families(_ pods: [PodStats], node: NodeStats?) -> [MetricFamily] {
        var table = FamilyTable()
        if let node {
            add(node.usage, "node", "the node", [], to: &table)
        }
        for pod in pods {
            for container in pod.containers {
                let labels: [MetricFamily.Label] = [
                    .init("container", container.name), .init("namespace", pod.namespace), .init("pod", pod.name),
                ]
                add(container.usage, "container", "the container", labels, to: &table)
                guard let started = container.startedAt.flatMap({ Timestamp(rfc3339: $0) }) else { continue }
                table.add(
                    "container_start_time_seconds",
                    .gauge,
                    "Start time of the container since unix epoch in seconds",
                    Double(started.nanosecondsSinceEpoch) / 1e9,
                    labels
                )
            }
        }
        for pod in pods {
            guard let usage = pod.usage else { continue }
            let labels: [MetricFamily.Label] = [.init("namespace", pod.namespace), .init("pod", pod.name)]
            add(usage, "pod", "the pod", labels, to: &table)
        }
        table.add("resource_scrape_error", .gauge, "1 if there was an error while getting metrics, 0 otherwise", node == nil ? 1 : 0)
        return table.families
    }

    private static func add(
        _ usage: GroupUsage,
        _ prefix: String,
        _ subject: String,
        _ labels: [MetricFamily.Label],
        to table: inout FamilyTable
    ) {
        if let cpu = usage.cpu {
            table.add(
                "\(prefix)_cpu_usage_seconds_total",
                .counter,
                "Cumulative cpu time consumed by \(subject) in core-seconds",
                Double(cpu.usageNanoseconds) / 1e9,
                labels
            )
        }
        let working = "Current working set of \(subject) in bytes"
        table.add("\(prefix)_memory_working_set_bytes", .gauge, working, usage.memory?.workingSetBytes, labels)
        let swap = "Current amount of swap used by \(subject) in bytes"
        table.add("\(prefix)_swap_usage_bytes", .gauge, swap, usage.memory?.swapBytes, labels)
    }
}
