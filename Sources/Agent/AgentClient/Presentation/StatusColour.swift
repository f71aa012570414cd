/// Colours for the words of a STATUS column. The word says it all: the colour only helps to find it.
public enum StatusColour {
    private static let good: Set<String> = ["Running", "Completed", "Succeeded", "Complete", "Up", "ok"]
    private static let underWay: Set<String> = [
        "Pending", "ContainerCreating", "PodInitializing", "Terminating", "Suspended", "Down", "degraded",
    ]

    /// A cell as a terminal shows it.
    public static func dress(heading: String, cell: String) -> String {
        guard heading == "STATUS", !cell.isEmpty else { return cell }
        let colour = good.contains(cell) ? 32 : underWay.contains(cell) || isInitializing(cell) ? 33 : 31
        return "\u{1B}[\(colour)m\(cell)\u{1B}[0m"
    }

    /// `Init:0/2` goes on, `Init:Error` does not.
    private static func isInitializing(_ cell: String) -> Bool {
        cell.hasPrefix("Init:") && cell.dropFirst(5).allSatisfy { $0.isNumber || $0 == "/" }
    }
}
