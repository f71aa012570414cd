import JSONCoding

/// Kinds of objects that belong to no namespace.
extension ManifestKind {
    static let priorityClass = ManifestKind(
        apiVersion: "scheduling.k8s.io/v1",
        kind: .priorityClass,
        schema: .priorityClass,
        validate: { root, report in
            validateMetadata(root, report)
            // Above it are only the two classes that every cluster has.
            if let value = root["value"], let number = value.integer, number > 1_000_000_000 {
                report.problem(value, "must be at most 1000000000")
            }
        },
        make: { (root, name, report) throws(JSONTypeError) in
            let object = try JSON.decode(PriorityClass.self, from: completed(root, name))
            return .object(DecodedObject(.priorityClass(object), warnings: report.warnings, position: root.node.position))
        }
    )

    static let runtimeClass = ManifestKind(
        apiVersion: "node.k8s.io/v1",
        kind: .runtimeClass,
        schema: .runtimeClass,
        validate: { root, report in
            validateMetadata(root, report)
            if let handler = root["handler"] { report.check(handler, NameSyntax.isLabel(_:), NameSyntax.labelRule) }
            if let fixed = root["overhead"]?["podFixed"] { PodValidator(report: report, root: root).validate(overhead: fixed) }
        },
        make: { (root, name, report) throws(JSONTypeError) in
            let object = try JSON.decode(RuntimeClass.self, from: completed(root, name))
            return .object(DecodedObject(.runtimeClass(object), warnings: report.warnings, position: root.node.position))
        }
    )

    private static func validateMetadata(_ root: Located, _ report: ManifestReport) {
        guard let metadata = root["metadata"] else { return }
        MetadataValidator(report: report).validate(metadata)
        if let namespace = metadata["namespace"], namespace.string != "" {
            report.problem(namespace, "must not be there: the object belongs to no namespace")
        }
    }

    private static func completed(_ root: Located, _ name: ObjectName) -> JSONNode {
        var node = root.node
        PodDefaults.completeMetadata(of: &node, uid: PodIdentity.uid(name))
        return node
    }
}
