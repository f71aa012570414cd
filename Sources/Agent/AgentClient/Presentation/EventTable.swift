import AgentAPI
import Linux

/// The table of `swiftlet events`, as kubectl has it.
public struct EventTable: Sendable {
    public let isWide: Bool
    private var table: TextTable

    public init(isWide: Bool) {
        self.isWide = isWide
        let columns = ["LAST SEEN", "TYPE", "REASON", "OBJECT", "MESSAGE"]
        table = TextTable(columns: isWide ? ["SEQ", "TIME"] + columns.dropFirst() : columns)
    }

    public mutating func render(_ events: [NodeEvent], now: Timestamp) -> String {
        table.render(events.map { row($0, now: now) })
    }

    /// Further rows of a watch.
    public mutating func renderMore(_ events: [NodeEvent], now: Timestamp) -> String {
        table.renderMore(events.map { row($0, now: now) })
    }

    private func row(_ event: NodeEvent, now: Timestamp) -> [String] {
        let rest = [event.type.rawValue, event.reason, object(event), Self.line(event.message)]
        return isWide ? ["\(event.seq)", event.time] + rest : [HumanDuration.age(of: event.time, now: now)] + rest
    }

    private func object(_ event: NodeEvent) -> String {
        let pod = event.pod.map { "pod/" + (isWide || $0.namespace != "default" ? "\($0.namespace)/" : "") + $0.name }
        switch event.subject {
        case .pod: return pod ?? "pod"
        case .container: return [pod, event.container?.name].compactMap { $0 }.joined(separator: "/")
        case .image, .network, .manifest: return event.name.map { "\(event.subject.rawValue)/\($0)" } ?? pod ?? event.subject.rawValue
        case .node: return "node"
        }
    }

    /// What a registry or a container says is not to steer anybody's terminal.
    private static func line(_ text: String) -> String {
        String(String.UnicodeScalarView(text.unicodeScalars.map { scalar in
            scalar.value < 0x20 || (0x7F..<0xA0).contains(scalar.value) ? " " : scalar
        }))
    }
}
