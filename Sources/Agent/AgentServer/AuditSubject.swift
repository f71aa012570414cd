import JSONCoding

/// What a call is about, read from its parameters before anybody has checked them.
enum AuditSubject {
    /// Members that hold names of things. Everything else stays out of the log.
    private static let members: Set<String> = [
        "namespace", "name", "kind", "container", "image", "reference", "network", "uid",
        // CRI
        "podSandboxId", "pod_sandbox_id", "containerId", "container_id",
    ]
    /// Objects that hold such members.
    private static let objects: Set<String> = ["metadata", "config", "image", "pod"]

    /// `namespace=default name=web`, in the order of the parameters.
    static func names(in parameters: JSONNode?) -> [String] {
        collect(parameters, depth: 0)
    }

    private static func collect(_ node: JSONNode?, depth: Int) -> [String] {
        guard depth < 4, case .object(let entries)? = node?.value else { return [] }
        var names: [String] = []
        for entry in entries {
            if members.contains(entry.key), let text = entry.value.stringValue {
                names.append("\(entry.key)=\(text.prefix(128))")
            } else if objects.contains(entry.key) {
                names += collect(entry.value, depth: depth + 1)
            }
            if names.count >= 8 { break }
        }
        return names
    }
}
