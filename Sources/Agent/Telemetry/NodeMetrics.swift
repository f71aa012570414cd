import Metrics

/// What is looked up when `/metrics` is scraped, beside the counters.
public struct NodeMetrics: Sendable {
    /// Pods by phase, and how many there are of files.
    public var runningPods = 0
    public var desiredPods = 0
    /// Containers by state: `created`, `running`, `exited`.
    public var containers: [String: Int] = [:]
    public var images = 0
    public var subscribedEvents: Int64 = 0
    public var nodeName = ""
    public var version = ""
    public var process = ProcessFigures()

    /// The agent's own process, under Prometheus' common names.
    public struct ProcessFigures: Sendable {
        public var cpuSeconds: Double?
        public var residentBytes: Double?
        public var openDescriptors: Double?
        public var startSeconds: Double?

        public init() {}
    }

    public init() {}

    public var families: [MetricFamily] {
        var table = FamilyTable()
        table.add("kubelet_running_pods", .gauge, "Number of pods that have a running pod sandbox", Double(runningPods))
        for (state, count) in containers.sorted(by: { $0.key < $1.key }) {
            let help = "Number of containers currently running"
            table.add("kubelet_running_containers", .gauge, help, Double(count), [.init("container_state", state)])
        }
        table.add("kubelet_desired_pods", .gauge, "The number of pods the agent is being instructed to run.", Double(desiredPods))
        table.add("kubelet_node_name", .gauge, "The node's name. The count is always 1.", 1, [.init("node", nodeName)])
        table.add("swiftlet_images", .gauge, "Images in the store.", Double(images))
        table.add("swiftlet_events_total", .counter, "Events of the node since the agent began.", Double(subscribedEvents))
        table.add("swiftlet_build_info", .gauge, "The agent's version. The value is always 1.", 1, [.init("version", version)])
        let own: [(String, MetricFamily.Kind, String, Double?)] = [
            ("process_cpu_seconds_total", .counter, "Total user and system CPU time spent in seconds.", process.cpuSeconds),
            ("process_resident_memory_bytes", .gauge, "Resident memory size in bytes.", process.residentBytes),
            ("process_open_fds", .gauge, "Number of open file descriptors.", process.openDescriptors),
            ("process_start_time_seconds", .gauge, "Start time of the process since unix epoch in seconds.", process.startSeconds),
        ]
        for (name, kind, help, value) in own {
            if let value { table.add(name, kind, help, value) }
        }
        return table.families
    }
}
