import Metrics

/// What probes have said, under the kubelet's names; a container's series go with its pod.
public struct ProbeMetrics: Sendable {
    /// Whose probe it is, and which.
    public struct Subject: Sendable, Hashable {
        public var namespace: String
        public var pod: String
        public var uid: String
        public var container: String
        /// `Liveness`, `Readiness`, `Startup`.
        public var kind: String

        public init(namespace: String, pod: String, uid: String, container: String, kind: String) {
            self.namespace = namespace
            self.pod = pod
            self.uid = uid
            self.container = container
            self.kind = kind
        }
    }

    public enum Result: String, Sendable {
        case successful, failed, unknown
    }

    private let total = Counter(
        "prober_probe_total",
        "Cumulative number of a liveness, readiness or startup probe for a container by result.",
        labels: ["probe_type", "result", "container", "pod", "namespace", "pod_uid"],
        seriesLimit: 8192
    )
    private let duration = Histogram(
        "prober_probe_duration_seconds",
        "Duration in seconds for a probe response.",
        labels: ["probe_type", "container", "pod", "namespace"],
        seriesLimit: 2048
    )

    public init() {}

    public func note(_ subject: Subject, _ result: Result, _ duration: Duration) {
        total.increment([
            subject.kind, result.rawValue, subject.container, subject.pod, subject.namespace, subject.uid,
        ])
        self.duration.observe(duration, [subject.kind, subject.container, subject.pod, subject.namespace])
    }

    /// Forgets a pod that is gone; `isReplaced` where another one of its name is there, which goes on counting its durations.
    public func forget(uid: String, namespace: String, pod: String, isReplaced: Bool) {
        total.remove { $0[5] == uid }
        if !isReplaced { duration.remove { $0[2] == pod && $0[3] == namespace } }
    }

    public func collect() -> [MetricFamily] {
        var registry = MetricRegistry()
        registry.add(total)
        registry.add(duration)
        return registry.collect()
    }
}
