import CRISpec

extension SandboxService {
    public func listMetricDescriptors(
        _ request: CRI.ListMetricDescriptorsRequest
    ) async throws(CRI.Failure) -> CRI.ListMetricDescriptorsResponse {
        var response = CRI.ListMetricDescriptorsResponse()
        response.descriptors = (ContainerMetric.all.map { ($0.name, $0.help, ["container", "name", "pod", "namespace"]) }
            + InterfaceMetric.all.map { ($0.name, $0.help, ["pod", "namespace", "interface"]) })
            .map { name, help, keys in
                var descriptor = CRI.MetricDescriptor()
                descriptor.name = name
                descriptor.help = help
                descriptor.labelKeys = keys
                return descriptor
            }
        return response
    }

    public func listPodSandboxMetrics(
        _ request: CRI.ListPodSandboxMetricsRequest
    ) async throws(CRI.Failure) -> CRI.ListPodSandboxMetricsResponse {
        var response = CRI.ListPodSandboxMetricsResponse()
        response.podMetrics = await metrics()
        return response
    }

    public func streamPodSandboxMetrics(
        _ request: CRI.StreamPodSandboxMetricsRequest
    ) async throws(CRI.Failure) -> CRI.Stream<CRI.StreamPodSandboxMetricsResponse> {
        Self.stream(await metrics()) { metrics in
            var response = CRI.StreamPodSandboxMetricsResponse()
            response.podSandboxMetrics = metrics
            return response
        }
    }

    private func metrics() async -> [CRI.PodSandboxMetrics] {
        var all: [CRI.PodSandboxMetrics] = []
        for sandbox in store.sandboxes where sandbox.isReady {
            let stats = await stats(of: sandbox)
            let pod = [sandbox.metadata.name, sandbox.metadata.namespace]
            var metrics = CRI.PodSandboxMetrics()
            metrics.podSandboxId = sandbox.id
            let network = stats.linux?.network
            for interface in [network?.defaultInterface].compactMap({ $0 }) + (network?.interfaces ?? []) {
                metrics.metrics += InterfaceMetric.all.compactMap { metric in
                    metric.value(interface).map {
                        .reading(metric.name, .counter, pod + [interface.name], $0, at: network?.timestamp ?? 0)
                    }
                }
            }
            metrics.containerMetrics = (stats.linux?.containers ?? []).map { container in
                let name = container.attributes?.metadata?.name ?? ""
                let id = container.attributes?.id ?? ""
                var result = CRI.ContainerMetrics()
                result.containerId = id
                result.metrics = ContainerMetric.all.compactMap { metric in
                    metric.value(container).map { .reading(metric.name, metric.type, [name, id] + pod, $0, at: now) }
                }
                return result
            }
            all.append(metrics)
        }
        return all
    }
}

/// A figure of a container under cAdvisor's name. Its unit is in the name; seconds are whole ones, as CRI carries integers.
private struct ContainerMetric: Sendable {
    let name: String
    let help: String
    let type: CRI.MetricType
    let value: @Sendable (CRI.ContainerStats) -> UInt64?

    static let all = [
        ContainerMetric(
            name: "container_cpu_usage_seconds_total",
            help: "Cumulative cpu time consumed in seconds.",
            type: .counter
        ) { ($0.cpu?.usageCoreNanoSeconds?.value).map { $0 / 1_000_000_000 } },
        ContainerMetric(
            name: "container_memory_usage_bytes",
            help: "Current memory usage in bytes, including all memory regardless of when it was accessed.",
            type: .gauge
        ) { $0.memory?.usageBytes?.value },
        ContainerMetric(
            name: "container_memory_working_set_bytes",
            help: "Current working set in bytes.",
            type: .gauge
        ) { $0.memory?.workingSetBytes?.value },
        ContainerMetric(name: "container_memory_rss", help: "Size of RSS in bytes.", type: .gauge) {
            $0.memory?.rssBytes?.value
        },
        ContainerMetric(name: "container_memory_swap", help: "Container swap usage in bytes.", type: .gauge) {
            $0.swap?.swapUsageBytes?.value
        },
        ContainerMetric(
            name: "container_fs_usage_bytes",
            help: "Number of bytes that are consumed by the container on its writable layer.",
            type: .gauge
        ) { $0.writableLayer?.usedBytes?.value },
        ContainerMetric(
            name: "container_fs_inodes_used",
            help: "Number of inodes that are consumed by the container on its writable layer.",
            type: .gauge
        ) { $0.writableLayer?.inodesUsed?.value },
    ]
}

private struct InterfaceMetric: Sendable {
    let name: String
    let help: String
    let value: @Sendable (CRI.NetworkInterfaceUsage) -> UInt64?

    static let all = [
        InterfaceMetric(name: "container_network_receive_bytes_total", help: "Cumulative count of bytes received.") {
            $0.rxBytes?.value
        },
        InterfaceMetric(
            name: "container_network_receive_errors_total",
            help: "Cumulative count of errors encountered while receiving."
        ) { $0.rxErrors?.value },
        InterfaceMetric(name: "container_network_transmit_bytes_total", help: "Cumulative count of bytes transmitted.") {
            $0.txBytes?.value
        },
        InterfaceMetric(
            name: "container_network_transmit_errors_total",
            help: "Cumulative count of errors encountered while transmitting."
        ) { $0.txErrors?.value },
    ]
}

extension CRI.Metric {
    fileprivate static func reading(
        _ name: String,
        _ type: CRI.MetricType,
        _ labels: [String],
        _ value: UInt64,
        at time: Int64
    ) -> CRI.Metric {
        var metric = CRI.Metric()
        metric.name = name
        metric.metricType = type
        metric.labelValues = labels
        metric.value = .of(value)
        metric.timestamp = time
        return metric
    }
}
