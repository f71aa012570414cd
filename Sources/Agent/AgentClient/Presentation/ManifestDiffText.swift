import AgentAPI

/// What would become of objects of all kinds, for people.
public enum ManifestDiffText {
    public static func text(of diff: ManifestDiff) -> String {
        var text = PodDiffText.text(of: PodDiff(pods: diff.pods, problems: []))
        for plan in diff.objects where plan.action != .none {
            let object = plan.object
            text += "\(object.kind.lowercased()) \(object.namespace ?? "default")/\(object.name): \(words(for: plan))\n"
            for change in plan.changes { text += "  \(line(change))\n" }
            if !plan.usedBy.isEmpty { text += "  used by \(plan.usedBy.map { "pod \($0)" }.joined(separator: ", "))\n" }
        }
        return text
    }

    private static func words(for plan: ObjectPlan) -> String {
        switch plan.action {
        case .none: "nothing"
        case .create: "new"
        case .remove: "removed"
        case .update:
            switch plan.replacesPods {
            case true?: "changed, its pods are replaced"
            case false?: "changed, its pods stay"
            case nil: "changed"
            }
        }
    }

    private static func line(_ change: ObjectPlan.Change) -> String {
        switch (change.from, change.to) {
        case (nil, nil): "\(change.path) changed"
        default: "\(change.path): \(change.from ?? "(none)") → \(change.to ?? "(none)")"
        }
    }
}
