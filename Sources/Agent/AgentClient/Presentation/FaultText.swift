import AgentAPI

/// How a fault is told on a terminal.
public enum FaultText {
    /// `Error: pod "web" not found (PodNotFound)` and, where there is one, `Hint: …`.
    public static func text(of fault: Fault) -> String {
        var text = "Error: \(fault.message) (\(fault.reason))\n"
        if let hint = fault.hint { text += "Hint: \(hint)\n" }
        return text
    }
}
