extension Pod {
    /// The annotation that says which conditions of a pod's readiness gates are met: `example.com/warm=True,db=False`.
    ///
    /// In a cluster a controller writes them into the pod's status; here whoever writes the manifest says so. Changing it
    /// touches nothing that runs.
    public static let conditionsAnnotation = "swiftlet/conditions"

    /// The conditions that the manifest declares.
    public var declaredConditions: [String: Bool] {
        metadata.annotations[Self.conditionsAnnotation].flatMap(Self.conditions) ?? [:]
    }

    /// The conditions that an annotation's text declares; nil where it is none.
    static func conditions(_ text: String) -> [String: Bool]? {
        var conditions: [String: Bool] = [:]
        for entry in text.split(separator: ",") {
            let parts = entry.split(separator: "=", omittingEmptySubsequences: false).map(trimmed)
            guard parts.count == 2, NameSyntax.isQualifiedName(parts[0]) else { return nil }
            guard parts[1] == "True" || parts[1] == "False" else { return nil }
            conditions[parts[0]] = parts[1] == "True"
        }
        return conditions
    }

    private static func trimmed(_ text: Substring) -> String {
        var text = text
        while text.first == " " { text.removeFirst() }
        while text.last == " " { text.removeLast() }
        return String(text)
    }
}
