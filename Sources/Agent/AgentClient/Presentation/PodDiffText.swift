import AgentAPI

/// What would become of pods, for people: a line a pod, under it a line a field.
public enum PodDiffText {
    public static func text(of diff: PodDiff) -> String {
        var text = ""
        for pod in diff.pods where pod.action != .none {
            text += "pod \(pod.namespace)/\(pod.name): \(words(for: pod))\n"
            for change in pod.changes { text += "  \(line(change))\n" }
        }
        return text
    }

    private static func words(for pod: PodPlan) -> String {
        switch pod.action {
        case .none: return "nothing"
        case .describe: return "metadata only, nothing that runs changes"
        case .recreate: return "recreate"
        case .create: return "new"
        case .remove: return "removed"
        case .update:
            var parts: [String] = []
            if pod.changes.contains(where: { $0.effect == .resize }) { parts.append("resize in place") }
            var containers: [String] = []
            for change in pod.changes {
                if let name = change.container, !containers.contains(name) { containers.append(name) }
            }
            parts += containers.map { "restart container \($0)" }
            return parts.joined(separator: ", ")
        }
    }

    private static func line(_ change: PodPlan.Change) -> String {
        switch (change.from, change.to) {
        case (nil, nil): "\(change.path) changed"
        default: "\(change.path): \(change.from ?? "(none)") → \(change.to ?? "(none)")"
        }
    }
}
