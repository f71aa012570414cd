import AgentAPI

/// A health report as lines.
public enum HealthText {
    public static func text(of report: HealthReport) -> String {
        var table = TextTable(columns: ["CHECK", "STATUS", "MESSAGE"])
        let rows = report.checks.map { [$0.name, $0.status.rawValue, $0.message ?? ""] }
        let lines = table.render(rows).split(separator: "\n").map { line in
            // An empty last cell leaves the gap before it.
            String(line.reversed().drop { $0 == " " }.reversed())
        }
        return lines.joined(separator: "\n") + "\n\(report.status.rawValue)\n"
    }
}
