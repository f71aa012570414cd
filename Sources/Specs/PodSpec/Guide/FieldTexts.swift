/// What fields are for, in a sentence or two each: `Schema.field: text`, one a line.
enum FieldTexts {
    /// The text of `Container.image`, or of an object as a whole (`Pod`).
    static func text(of name: String) -> String? { all[name] }

    /// Everything that has a text.
    static var names: Set<String> { Set(all.keys) }

    private static let all: [String: String] = {
        var texts: [String: String] = [:]
        for line in [pod, container, probe, environment, volume, security, objects, workloads].joined(separator: "\n").split(separator: "\n") {
            guard let colon = line.firstIndex(of: ":") else { continue }
            texts[String(line[..<colon])] = String(line[line.index(after: colon)...].drop { $0 == " " })
        }
        return texts
    }()
}
