import AgentAPI
import Linux

/// `swiftlet image inspect`: everything about an image, for people.
public enum ImageDescription {
    public static func text(of detail: ImageDetail, now: Timestamp) -> String {
        let image = detail.image
        var text = ""
        func line(_ name: String, _ value: String) {
            text += "\(name):" + String(repeating: " ", count: max(1, 14 - name.count)) + value + "\n"
        }
        func lines(_ name: String, _ values: [String]) {
            line(name, values.first ?? "<none>")
            for value in values.dropFirst() { text += String(repeating: " ", count: 15) + value + "\n" }
        }
        line("Name", image.reference ?? "<none>")
        line("Digest", image.digest)
        if let id = image.id { line("Image ID", id) }
        if let platform = image.platform { line("Platform", platform) }
        if let created = image.created { line("Created", "\(created) (\(HumanDuration.age(of: created, now: now)) ago)") }
        line("Size", HumanBytes.text(image.size))
        lines("Labels", detail.labels.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" })
        line("Entrypoint", PodDescription.words(detail.process.entrypoint))
        line("Command", PodDescription.words(detail.process.command))
        lines("Environment", detail.process.environment)
        if let folder = detail.process.workingDirectory { line("Folder", folder) }
        if let user = detail.process.user { line("User", user) }
        if let signal = detail.process.stopSignal { line("Stop Signal", signal) }
        lines("Layers", detail.layers)
        lines("Used By", detail.usedBy)
        return text
    }
}
