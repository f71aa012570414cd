import AgentAPI

/// `swiftlet system df`.
public enum DiskUsageText {
    public static func text(of report: DiskUsageReport) -> String {
        var table = TextTable(columns: ["TYPE", "TOTAL", "ACTIVE", "SIZE", "RECLAIMABLE"])
        return table.render(
            report.items.map { item in
                let percent = item.bytes > 0 ? " (\(item.reclaimable * 100 / item.bytes)%)" : ""
                return [
                    item.sort.rawValue, "\(item.count)", "\(item.active)", HumanBytes.text(item.bytes),
                    HumanBytes.text(item.reclaimable) + percent,
                ]
            }
        )
    }
}
