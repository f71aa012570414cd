import AgentAPI
import JSONCoding
import PodSpec

/// What the page shows, as JSON.
public enum StatusDocument {
    /// Events that a page is given when it comes; it shows no more.
    public static let eventLimit = 100

    /// What the page asks for every two seconds while somebody looks at it: figures, and the node's health.
    public static func usage(_ stats: [PodStats], node: NodeStats?, health: HealthReport) throws -> [UInt8] {
        let pods = stats.map { pod in
            JSONNode.Member(
                key: pod.uid,
                value: object([
                    ("nanocores", pod.usage?.cpu?.nanocores.map { JSONNode($0) }),
                    ("memoryBytes", pod.usage?.memory.map { JSONNode($0.workingSetBytes) }),
                ])
            )
        }
        var members: [JSONNode.Member] = [
            .init(key: "pods", value: JSONNode(.object(pods))),
            .init(key: "health", value: try JSON.node(from: health)),
        ]
        if let node { members.append(.init(key: "node", value: try JSON.node(from: node))) }
        return JSON.serialize(JSONNode(.object(members)))
    }

    /// A pod and its containers.
    public static func pod(_ pod: Pod) -> JSONNode {
        let status = pod.status
        let containers =
            pod.spec.initContainers.map { container($0, status?.initContainerStatuses) }
            + pod.spec.containers.map { container($0, status?.containerStatuses) }
        let isReady = status?.conditions.contains { $0.type == "Ready" && $0.status == "True" } ?? false
        return object([
            ("namespace", JSONNode(pod.metadata.namespace)), ("name", JSONNode(pod.metadata.name)),
            ("uid", JSONNode(pod.metadata.uid)),
            ("phase", JSONNode(status?.phase.rawValue ?? "Pending")),
            ("reason", status?.reason.map { JSONNode($0) }),
            ("terminating", pod.metadata.deletionTimestamp.map { _ in JSONNode(true) }),
            ("ready", JSONNode(isReady)), ("ip", status?.podIP.map { JSONNode($0) }),
            ("containers", JSONNode(.array(containers))),
        ])
    }

    private static func container(_ container: Container, _ statuses: [ContainerStatus]?) -> JSONNode {
        let status = statuses?.first { $0.name == container.name }
        let (waiting, terminated) = (status?.state.waiting, status?.state.terminated)
        let probes = [
            ("startup", container.startupProbe != nil), ("liveness", container.livenessProbe != nil),
            ("readiness", container.readinessProbe != nil),
        ].filter(\.1).map { JSONNode($0.0) }
        let state = status?.state.running != nil ? "running" : terminated != nil ? "terminated" : "waiting"
        return object([
            ("name", JSONNode(container.name)), ("state", JSONNode(state)),
            ("reason", (waiting?.reason ?? terminated?.reason).map { JSONNode($0) }),
            ("exitCode", terminated.map { JSONNode(Int64($0.exitCode)) }),
            ("ready", JSONNode(status?.ready ?? false)), ("restarts", JSONNode(Int64(status?.restartCount ?? 0))),
            ("probes", JSONNode(.array(probes))),
        ])
    }

    private static func object(_ members: [(String, JSONNode?)]) -> JSONNode {
        JSONNode(.object(members.compactMap { key, value in value.map { JSONNode.Member(key: key, value: $0) } }))
    }
}
