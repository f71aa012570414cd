import JSONCoding

extension ManifestKind {
    static let networkPolicy = ManifestKind(
        apiVersion: "networking.k8s.io/v1",
        kind: .networkPolicy,
        schema: .networkPolicy,
        validate: { PolicyValidator(report: $1, root: $0).validate() },
        make: { (root, name, report) throws(JSONTypeError) in
            var node = root.node
            PodDefaults.completeMetadata(of: &node, uid: PodIdentity.uid(name))
            let object = try JSON.decode(NetworkPolicy.self, from: node)
            return .object(DecodedObject(.networkPolicy(object), warnings: report.warnings, position: root.node.position))
        }
    )
}
