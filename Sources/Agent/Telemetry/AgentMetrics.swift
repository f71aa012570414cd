import AgentAPI
import Metrics

/// The counters of the agent.
public struct AgentMetrics: Sendable {
    /// Of the RPC.
    public struct Calls: Sendable {
        let requests = Counter(
            "swiftlet_rpc_requests_total",
            "Calls by method and the code of their answer.",
            labels: ["method", "code"],
            // A method is one of the table, a code too.
            seriesLimit: 2048
        )
        let duration = Histogram(
            "swiftlet_rpc_duration_seconds",
            "How long calls took; of those that start a subscription, until it began.",
            labels: ["method"]
        )

        /// - Parameter fault: nil for a call that was answered.
        public func note(_ method: String, _ fault: Fault.Code?, _ duration: Duration) {
            requests.increment([method, fault.map(\.description) ?? "ok"])
            self.duration.observe(duration, [method])
        }
    }

    /// Of what runs containers, brings images and connects networks.
    public struct Operations: Sendable {
        let total = Counter(
            "kubelet_runtime_operations_total",
            "Cumulative number of runtime operations by operation type.",
            labels: ["operation_type"]
        )
        let errors = Counter(
            "kubelet_runtime_operations_errors_total",
            "Cumulative number of runtime operation errors by operation type.",
            labels: ["operation_type"]
        )
        let duration = Histogram(
            "kubelet_runtime_operations_duration_seconds",
            "Duration in seconds of runtime operations. Broken down by operation type.",
            labels: ["operation_type"]
        )

        public func note(_ operation: String, failed: Bool, _ duration: Duration) {
            total.increment([operation])
            if failed { errors.increment([operation]) }
            self.duration.observe(duration, [operation])
        }
    }

    /// Of pods and their containers.
    public struct Pods: Sendable {
        public let started = Counter("kubelet_started_pods_total", "Cumulative number of pods started.")
        public let startedContainers = Counter(
            "kubelet_started_containers_total",
            "Cumulative number of containers started."
        )
        public let restarts = Counter(
            "swiftlet_container_restarts_total",
            "Cumulative number of containers started anew after an end."
        )
        public let startDuration = Histogram(
            "kubelet_pod_start_duration_seconds",
            "Duration in seconds from the agent seeing a pod for the first time to the pod starting to run."
        )
        public let steps = Histogram(
            "swiftlet_pod_step_duration_seconds",
            "Duration in seconds of the steps of pods' workers.",
            labels: ["step"]
        )
        /// The kubelet's own name for it does not end in `_total`.
        public let evictions = Counter(
            "kubelet_evictions",
            "Cumulative number of pod evictions by eviction signal.",
            labels: ["eviction_signal"]
        )
    }

    /// Of images.
    public struct Images: Sendable {
        public let pulledBytes = Counter(
            "swiftlet_image_pull_bytes_total",
            "Bytes of images that were brought from registries for pods."
        )
        public let collected = Counter(
            "kubelet_image_garbage_collected_total",
            "Total number of images garbage collected by the agent, by reason.",
            labels: ["reason"]
        )
    }

    public let calls = Calls()
    public let operations = Operations()
    public let pods = Pods()
    public let images = Images()
    public let probes = ProbeMetrics()
    private var registry = MetricRegistry()

    public init() {
        for counter in [calls.requests, operations.total, operations.errors, pods.started, pods.startedContainers] {
            registry.add(counter)
        }
        for counter in [pods.restarts, pods.evictions, images.pulledBytes, images.collected] { registry.add(counter) }
        for histogram in [calls.duration, operations.duration, pods.startDuration, pods.steps] { registry.add(histogram) }
    }

    /// All but those of probes, which have a page of their own.
    public func collect() -> [MetricFamily] { registry.collect() }
}
