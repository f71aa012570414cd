// Written by hack/cri-messages from cri-v1.schema.json: change that, not this.

extension CRI {
    public struct PodSandboxStatsRequest: ProtoMessage {
        public var podSandboxId: String = .absent

        public init() {}

        public static var protoName: String { "PodSandboxStatsRequest" }
        public static let fields: [ProtoField<PodSandboxStatsRequest>] = [
            .value("pod_sandbox_id", "podSandboxId", \.podSandboxId),
        ]
    }

    public struct PodSandboxStatsResponse: ProtoMessage {
        public var stats: PodSandboxStats?

        public init() {}

        public static var protoName: String { "PodSandboxStatsResponse" }
        public static let fields: [ProtoField<PodSandboxStatsResponse>] = [
            .message("stats", "stats", \.stats),
        ]
    }

    public struct PodSandboxStatsFilter: ProtoMessage {
        public var id: String = .absent
        public var labelSelector: [String: String] = [:]

        public init() {}

        public static var protoName: String { "PodSandboxStatsFilter" }
        public static let fields: [ProtoField<PodSandboxStatsFilter>] = [
            .value("id", "id", \.id),
            .map("label_selector", "labelSelector", \.labelSelector),
        ]
    }

    public struct ListPodSandboxStatsRequest: ProtoMessage {
        public var filter: PodSandboxStatsFilter?

        public init() {}

        public static var protoName: String { "ListPodSandboxStatsRequest" }
        public static let fields: [ProtoField<ListPodSandboxStatsRequest>] = [
            .message("filter", "filter", \.filter),
        ]
    }

    public struct ListPodSandboxStatsResponse: ProtoMessage {
        public var stats: [PodSandboxStats] = []

        public init() {}

        public static var protoName: String { "ListPodSandboxStatsResponse" }
        public static let fields: [ProtoField<ListPodSandboxStatsResponse>] = [
            .list("stats", "stats", \.stats),
        ]
    }

    public struct StreamPodSandboxStatsRequest: ProtoMessage {
        public var filter: PodSandboxStatsFilter?

        public init() {}

        public static var protoName: String { "StreamPodSandboxStatsRequest" }
        public static let fields: [ProtoField<StreamPodSandboxStatsRequest>] = [
            .message("filter", "filter", \.filter),
        ]
    }

    public struct StreamPodSandboxStatsResponse: ProtoMessage {
        public var podSandboxStats: [PodSandboxStats] = []

        public init() {}

        public static var protoName: String { "StreamPodSandboxStatsResponse" }
        public static let fields: [ProtoField<StreamPodSandboxStatsResponse>] = [
            .list("pod_sandbox_stats", "podSandboxStats", \.podSandboxStats),
        ]
    }

    public struct PodSandboxStats: ProtoMessage {
        public var attributes: PodSandboxAttributes?
        public var linux: LinuxPodSandboxStats?
        public var windows: WindowsPodSandboxStats?

        public init() {}

        public static var protoName: String { "PodSandboxStats" }
        public static let fields: [ProtoField<PodSandboxStats>] = [
            .message("attributes", "attributes", \.attributes),
            .message("linux", "linux", \.linux),
            .message("windows", "windows", \.windows),
        ]
    }

    public struct LinuxPodSandboxStats: ProtoMessage {
        public var cpu: CpuUsage?
        public var memory: MemoryUsage?
        public var network: NetworkUsage?
        public var process: ProcessUsage?
        public var containers: [ContainerStats] = []
        public var io: IoUsage?

        public init() {}

        public static var protoName: String { "LinuxPodSandboxStats" }
        public static let fields: [ProtoField<LinuxPodSandboxStats>] = [
            .message("cpu", "cpu", \.cpu),
            .message("memory", "memory", \.memory),
            .message("network", "network", \.network),
            .message("process", "process", \.process),
            .list("containers", "containers", \.containers),
            .message("io", "io", \.io),
        ]
    }

    public struct NetworkUsage: ProtoMessage {
        public var timestamp: Int64 = .absent
        public var defaultInterface: NetworkInterfaceUsage?
        public var interfaces: [NetworkInterfaceUsage] = []

        public init() {}

        public static var protoName: String { "NetworkUsage" }
        public static let fields: [ProtoField<NetworkUsage>] = [
            .value("timestamp", "timestamp", \.timestamp),
            .message("default_interface", "defaultInterface", \.defaultInterface),
            .list("interfaces", "interfaces", \.interfaces),
        ]
    }

    public struct NetworkInterfaceUsage: ProtoMessage {
        public var name: String = .absent
        public var rxBytes: UInt64Value?
        public var rxErrors: UInt64Value?
        public var txBytes: UInt64Value?
        public var txErrors: UInt64Value?

        public init() {}

        public static var protoName: String { "NetworkInterfaceUsage" }
        public static let fields: [ProtoField<NetworkInterfaceUsage>] = [
            .value("name", "name", \.name),
            .message("rx_bytes", "rxBytes", \.rxBytes),
            .message("rx_errors", "rxErrors", \.rxErrors),
            .message("tx_bytes", "txBytes", \.txBytes),
            .message("tx_errors", "txErrors", \.txErrors),
        ]
    }

    public struct ProcessUsage: ProtoMessage {
        public var timestamp: Int64 = .absent
        public var processCount: UInt64Value?

        public init() {}

        public static var protoName: String { "ProcessUsage" }
        public static let fields: [ProtoField<ProcessUsage>] = [
            .value("timestamp", "timestamp", \.timestamp),
            .message("process_count", "processCount", \.processCount),
        ]
    }

    public struct FilesystemIdentifier: ProtoMessage {
        public var mountpoint: String = .absent

        public init() {}

        public static var protoName: String { "FilesystemIdentifier" }
        public static let fields: [ProtoField<FilesystemIdentifier>] = [
            .value("mountpoint", "mountpoint", \.mountpoint),
        ]
    }

    public struct FilesystemUsage: ProtoMessage {
        public var timestamp: Int64 = .absent
        public var fsId: FilesystemIdentifier?
        public var usedBytes: UInt64Value?
        public var inodesUsed: UInt64Value?

        public init() {}

        public static var protoName: String { "FilesystemUsage" }
        public static let fields: [ProtoField<FilesystemUsage>] = [
            .value("timestamp", "timestamp", \.timestamp),
            .message("fs_id", "fsId", \.fsId),
            .message("used_bytes", "usedBytes", \.usedBytes),
            .message("inodes_used", "inodesUsed", \.inodesUsed),
        ]
    }

    public struct ContainerStatsRequest: ProtoMessage {
        public var containerId: String = .absent

        public init() {}

        public static var protoName: String { "ContainerStatsRequest" }
        public static let fields: [ProtoField<ContainerStatsRequest>] = [
            .value("container_id", "containerId", \.containerId),
        ]
    }

    public struct ContainerStatsResponse: ProtoMessage {
        public var stats: ContainerStats?

        public init() {}

        public static var protoName: String { "ContainerStatsResponse" }
        public static let fields: [ProtoField<ContainerStatsResponse>] = [
            .message("stats", "stats", \.stats),
        ]
    }

    public struct ListContainerStatsRequest: ProtoMessage {
        public var filter: ContainerStatsFilter?

        public init() {}

        public static var protoName: String { "ListContainerStatsRequest" }
        public static let fields: [ProtoField<ListContainerStatsRequest>] = [
            .message("filter", "filter", \.filter),
        ]
    }

    public struct ContainerStatsFilter: ProtoMessage {
        public var id: String = .absent
        public var podSandboxId: String = .absent
        public var labelSelector: [String: String] = [:]

        public init() {}

        public static var protoName: String { "ContainerStatsFilter" }
        public static let fields: [ProtoField<ContainerStatsFilter>] = [
            .value("id", "id", \.id),
            .value("pod_sandbox_id", "podSandboxId", \.podSandboxId),
            .map("label_selector", "labelSelector", \.labelSelector),
        ]
    }

    public struct ListContainerStatsResponse: ProtoMessage {
        public var stats: [ContainerStats] = []

        public init() {}

        public static var protoName: String { "ListContainerStatsResponse" }
        public static let fields: [ProtoField<ListContainerStatsResponse>] = [
            .list("stats", "stats", \.stats),
        ]
    }

    public struct StreamContainerStatsRequest: ProtoMessage {
        public var filter: ContainerStatsFilter?

        public init() {}

        public static var protoName: String { "StreamContainerStatsRequest" }
        public static let fields: [ProtoField<StreamContainerStatsRequest>] = [
            .message("filter", "filter", \.filter),
        ]
    }

    public struct StreamContainerStatsResponse: ProtoMessage {
        public var containerStats: [ContainerStats] = []

        public init() {}

        public static var protoName: String { "StreamContainerStatsResponse" }
        public static let fields: [ProtoField<StreamContainerStatsResponse>] = [
            .list("container_stats", "containerStats", \.containerStats),
        ]
    }

    public struct ContainerStats: ProtoMessage {
        public var attributes: ContainerAttributes?
        public var cpu: CpuUsage?
        public var memory: MemoryUsage?
        public var writableLayer: FilesystemUsage?
        public var swap: SwapUsage?
        public var io: IoUsage?

        public init() {}

        public static var protoName: String { "ContainerStats" }
        public static let fields: [ProtoField<ContainerStats>] = [
            .message("attributes", "attributes", \.attributes),
            .message("cpu", "cpu", \.cpu),
            .message("memory", "memory", \.memory),
            .message("writable_layer", "writableLayer", \.writableLayer),
            .message("swap", "swap", \.swap),
            .message("io", "io", \.io),
        ]
    }

    public struct PsiStats: ProtoMessage {
        public var full: PsiData?
        public var `some`: PsiData?

        public init() {}

        public static var protoName: String { "PsiStats" }
        public static let fields: [ProtoField<PsiStats>] = [
            .message("Full", "Full", \.full),
            .message("Some", "Some", \.`some`),
        ]
    }

    public struct PsiData: ProtoMessage {
        public var total: UInt64 = .absent
        public var avg10: Double = .absent
        public var avg60: Double = .absent
        public var avg300: Double = .absent

        public init() {}

        public static var protoName: String { "PsiData" }
        public static let fields: [ProtoField<PsiData>] = [
            .value("Total", "Total", \.total),
            .value("Avg10", "Avg10", \.avg10),
            .value("Avg60", "Avg60", \.avg60),
            .value("Avg300", "Avg300", \.avg300),
        ]
    }

    public struct CpuUsage: ProtoMessage {
        public var timestamp: Int64 = .absent
        public var usageCoreNanoSeconds: UInt64Value?
        public var usageNanoCores: UInt64Value?
        public var psi: PsiStats?

        public init() {}

        public static var protoName: String { "CpuUsage" }
        public static let fields: [ProtoField<CpuUsage>] = [
            .value("timestamp", "timestamp", \.timestamp),
            .message("usage_core_nano_seconds", "usageCoreNanoSeconds", \.usageCoreNanoSeconds),
            .message("usage_nano_cores", "usageNanoCores", \.usageNanoCores),
            .message("psi", "psi", \.psi),
        ]
    }

    public struct MemoryUsage: ProtoMessage {
        public var timestamp: Int64 = .absent
        public var workingSetBytes: UInt64Value?
        public var availableBytes: UInt64Value?
        public var usageBytes: UInt64Value?
        public var rssBytes: UInt64Value?
        public var pageFaults: UInt64Value?
        public var majorPageFaults: UInt64Value?
        public var psi: PsiStats?

        public init() {}

        public static var protoName: String { "MemoryUsage" }
        public static let fields: [ProtoField<MemoryUsage>] = [
            .value("timestamp", "timestamp", \.timestamp),
            .message("working_set_bytes", "workingSetBytes", \.workingSetBytes),
            .message("available_bytes", "availableBytes", \.availableBytes),
            .message("usage_bytes", "usageBytes", \.usageBytes),
            .message("rss_bytes", "rssBytes", \.rssBytes),
            .message("page_faults", "pageFaults", \.pageFaults),
            .message("major_page_faults", "majorPageFaults", \.majorPageFaults),
            .message("psi", "psi", \.psi),
        ]
    }

    public struct IoUsage: ProtoMessage {
        public var timestamp: Int64 = .absent
        public var psi: PsiStats?

        public init() {}

        public static var protoName: String { "IoUsage" }
        public static let fields: [ProtoField<IoUsage>] = [
            .value("timestamp", "timestamp", \.timestamp),
            .message("psi", "psi", \.psi),
        ]
    }

    public struct SwapUsage: ProtoMessage {
        public var timestamp: Int64 = .absent
        public var swapAvailableBytes: UInt64Value?
        public var swapUsageBytes: UInt64Value?

        public init() {}

        public static var protoName: String { "SwapUsage" }
        public static let fields: [ProtoField<SwapUsage>] = [
            .value("timestamp", "timestamp", \.timestamp),
            .message("swap_available_bytes", "swapAvailableBytes", \.swapAvailableBytes),
            .message("swap_usage_bytes", "swapUsageBytes", \.swapUsageBytes),
        ]
    }

    public struct ListMetricDescriptorsRequest: ProtoMessage {
        public init() {}

        public static var protoName: String { "ListMetricDescriptorsRequest" }
        public static let fields: [ProtoField<ListMetricDescriptorsRequest>] = []
    }

    public struct ListMetricDescriptorsResponse: ProtoMessage {
        public var descriptors: [MetricDescriptor] = []

        public init() {}

        public static var protoName: String { "ListMetricDescriptorsResponse" }
        public static let fields: [ProtoField<ListMetricDescriptorsResponse>] = [
            .list("descriptors", "descriptors", \.descriptors),
        ]
    }

    public struct MetricDescriptor: ProtoMessage {
        public var name: String = .absent
        public var help: String = .absent
        public var labelKeys: [String] = []

        public init() {}

        public static var protoName: String { "MetricDescriptor" }
        public static let fields: [ProtoField<MetricDescriptor>] = [
            .value("name", "name", \.name),
            .value("help", "help", \.help),
            .list("label_keys", "labelKeys", \.labelKeys),
        ]
    }

    public struct ListPodSandboxMetricsRequest: ProtoMessage {
        public init() {}

        public static var protoName: String { "ListPodSandboxMetricsRequest" }
        public static let fields: [ProtoField<ListPodSandboxMetricsRequest>] = []
    }

    public struct ListPodSandboxMetricsResponse: ProtoMessage {
        public var podMetrics: [PodSandboxMetrics] = []

        public init() {}

        public static var protoName: String { "ListPodSandboxMetricsResponse" }
        public static let fields: [ProtoField<ListPodSandboxMetricsResponse>] = [
            .list("pod_metrics", "podMetrics", \.podMetrics),
        ]
    }

    public struct StreamPodSandboxMetricsRequest: ProtoMessage {
        public init() {}

        public static var protoName: String { "StreamPodSandboxMetricsRequest" }
        public static let fields: [ProtoField<StreamPodSandboxMetricsRequest>] = []
    }

    public struct StreamPodSandboxMetricsResponse: ProtoMessage {
        public var podSandboxMetrics: [PodSandboxMetrics] = []

        public init() {}

        public static var protoName: String { "StreamPodSandboxMetricsResponse" }
        public static let fields: [ProtoField<StreamPodSandboxMetricsResponse>] = [
            .list("pod_sandbox_metrics", "podSandboxMetrics", \.podSandboxMetrics),
        ]
    }

    public struct PodSandboxMetrics: ProtoMessage {
        public var podSandboxId: String = .absent
        public var metrics: [Metric] = []
        public var containerMetrics: [ContainerMetrics] = []

        public init() {}

        public static var protoName: String { "PodSandboxMetrics" }
        public static let fields: [ProtoField<PodSandboxMetrics>] = [
            .value("pod_sandbox_id", "podSandboxId", \.podSandboxId),
            .list("metrics", "metrics", \.metrics),
            .list("container_metrics", "containerMetrics", \.containerMetrics),
        ]
    }

    public struct ContainerMetrics: ProtoMessage {
        public var containerId: String = .absent
        public var metrics: [Metric] = []

        public init() {}

        public static var protoName: String { "ContainerMetrics" }
        public static let fields: [ProtoField<ContainerMetrics>] = [
            .value("container_id", "containerId", \.containerId),
            .list("metrics", "metrics", \.metrics),
        ]
    }

    public struct Metric: ProtoMessage {
        public var name: String = .absent
        public var timestamp: Int64 = .absent
        public var metricType: MetricType = .absent
        public var labelValues: [String] = []
        public var value: UInt64Value?

        public init() {}

        public static var protoName: String { "Metric" }
        public static let fields: [ProtoField<Metric>] = [
            .value("name", "name", \.name),
            .value("timestamp", "timestamp", \.timestamp),
            .value("metric_type", "metricType", \.metricType),
            .list("label_values", "labelValues", \.labelValues),
            .message("value", "value", \.value),
        ]
    }
}
