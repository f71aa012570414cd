import AgentAPI

/// `swiftlet describe configmap`, `secret`, `persistentvolumeclaim` and of classes: what an object has, for people.
public enum ObjectDescription {
    private static let nameWidth = 17

    /// The whole text.
    public static func text(of object: ObjectDetail) -> String {
        var text = line("Name", object.name)
        if object.kind.isNamespaced { text += line("Namespace", object.namespace) }
        text += line("File", object.file)
        let labels = object.labels.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
        text += line("Labels", labels.isEmpty ? "<none>" : labels.joined(separator: ", "))
        if let type = object.type { text += line("Type", type) }
        let hasData = object.kind == .configMap || object.kind == .secret
        if hasData { text += line("Immutable", object.immutable ? "True" : "False") }
        if let claim = object.claim {
            text += line("Requested", claim.storage ?? "<none>")
            text += line("Access Modes", claim.accessModes.joined(separator: ", "))
            text += line("Reclaim Policy", claim.reclaimPolicy)
        }
        if let priority = object.priority {
            text += line("Value", "\(priority.value)") + line("Global Default", "\(priority.globalDefault)")
            text += line("Preemption", priority.preemptionPolicy)
            text += line("Description", priority.description ?? "<none>")
        }
        if let runtime = object.runtime {
            let overhead = runtime.overhead.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
            text += line("Handler", runtime.handler)
            text += line("Overhead", overhead.isEmpty ? "<none>" : overhead.joined(separator: ", "))
        }
        if let policy = object.policy { text += policy.description }
        text += line(object.kind == .networkPolicy ? "Pods" : "Used By", object.usedBy.isEmpty ? "<none>" : object.usedBy.joined(separator: ", "))
        if hasData {
            text += "Data:\n"
            for key in object.keys { text += "  \(key.name): \(key.bytes) bytes\n" }
        }
        if !object.warnings.isEmpty { text += "Warnings:\n" }
        for warning in object.warnings { text += "  \(warning)\n" }
        return text
    }

    private static func line(_ name: String, _ value: String) -> String {
        let label = "\(name):"
        return label + String(repeating: " ", count: nameWidth - label.count) + value + "\n"
    }
}
