import AgentAPI
import Linux
import PodSpec

/// The table of `swiftlet get pods`.
public struct PodTable: Sendable {
    public let isWide: Bool
    public let showsNamespace: Bool
    private var table: TextTable

    public init(isWide: Bool, showsNamespace: Bool) {
        self.isWide = isWide
        self.showsNamespace = showsNamespace
        var columns = ["NAME", "READY", "STATUS", "RESTARTS", "AGE"]
        if isWide { columns += ["IP", "IMAGES"] }
        table = TextTable(columns: (showsNamespace ? ["NAMESPACE"] : []) + columns)
    }

    public var columns: [String] { table.columns }

    public mutating func render(_ pods: [Pod], now: Timestamp) -> String {
        table.render(pods.map { row($0, now: now) })
    }

    /// Further rows of a watch.
    public mutating func renderMore(_ pods: [Pod], now: Timestamp) -> String {
        table.renderMore(pods.map { row($0, now: now) })
    }

    /// The cells of one, under `columns`.
    public func row(_ pod: Pod, now: Timestamp) -> [String] {
        let summary = PodSummary(pod)
        var cells = [
            pod.metadata.name,
            "\(summary.readyContainers)/\(summary.containers)",
            summary.status,
            summary.restartsText(now: now),
            HumanDuration.age(of: pod.metadata.creationTimestamp ?? pod.status?.startTime, now: now),
        ]
        if isWide {
            cells.append(pod.status?.podIP ?? "<none>")
            cells.append(pod.spec.containers.map(\.image).joined(separator: ","))
        }
        return (showsNamespace ? [pod.metadata.namespace] : []) + cells
    }
}

extension ManifestNotice {
    /// `web.yaml:7:9: error: spec.containers[0].image: …`, as compilers say it, so that editors find the place.
    public var text: String {
        var place = file
        if let line { place += ":\(line)" + (column.map { ":\($0)" } ?? "") }
        let subject = path.map { $0.isEmpty ? "" : "\($0): " } ?? ""
        return "\(place): \(severity.rawValue): \(subject)\(message)"
    }
}
