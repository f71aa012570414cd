import AgentAPI

/// A health report as lines.
public enum HealthText {
    public static func text(of report: HealthReport) -> String {
        var table = TextTable(columns: ["CHECK", "STATUS", "MESSAGE"])
        let rows = report.checks.map { [$0.name, $0.status.rawValue, $0.message ?? ""] }
        return table.render(rows) + "\(report.status.rawValue)\n"
    }
}
