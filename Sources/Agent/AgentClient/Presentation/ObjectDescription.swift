import AgentAPI

/// `swiftlet describe configmap`, `secret` and `persistentvolumeclaim`: what an object has, for people.
public enum ObjectDescription {
    private static let nameWidth = 17

    /// The whole text.
    public static func text(of object: ObjectDetail) -> String {
        var text = line("Name", object.name) + line("Namespace", object.namespace) + line("File", object.file)
        let labels = object.labels.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
        text += line("Labels", labels.isEmpty ? "<none>" : labels.joined(separator: ", "))
        if let type = object.type { text += line("Type", type) }
        if object.kind != .persistentVolumeClaim { text += line("Immutable", object.immutable ? "True" : "False") }
        if let claim = object.claim {
            text += line("Requested", claim.storage ?? "<none>")
            text += line("Access Modes", claim.accessModes.joined(separator: ", "))
            text += line("Reclaim Policy", claim.reclaimPolicy)
        }
        text += line("Used By", object.usedBy.isEmpty ? "<none>" : object.usedBy.joined(separator: ", "))
        if object.kind != .persistentVolumeClaim {
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
