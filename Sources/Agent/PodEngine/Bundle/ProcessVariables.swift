import OCISpec

/// The variables of a process: a later one of the same name takes the place of an earlier.
package struct ProcessVariables {
    private var names: [String] = []
    private var values: [String: String] = [:]

    /// PATH, TERM where there is a terminal, then the image's, then HOSTNAME.
    package init(of image: PodImage.Process, hasTerminal: Bool, hostname: String) {
        add(ContainerDefaults.path)
        // As the container runtimes do; the image and the container may say otherwise.
        if hasTerminal { set("TERM", "xterm") }
        for entry in image.environment { add(entry) }
        set("HOSTNAME", hostname)
    }

    package mutating func set(_ name: String, _ value: String) {
        if values.updateValue(value, forKey: name) == nil { names.append(name) }
    }

    /// `NAME=value`, each name where it came first.
    package var list: [String] { names.map { "\($0)=\(values[$0] ?? "")" } }

    private mutating func add(_ entry: String) {
        let parts = entry.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        set(String(parts[0]), parts.count == 2 ? String(parts[1]) : "")
    }
}
