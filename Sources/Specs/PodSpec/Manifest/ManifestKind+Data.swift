import JSONCoding

extension ManifestKind {
    static let configMap = ManifestKind(
        apiVersion: "v1",
        kind: .configMap,
        schema: .configMap,
        validate: { DataValidator(report: $1, root: $0).validateConfigMap() },
        make: { (root, name, report) throws(JSONTypeError) in
            var object = ConfigMap(
                metadata: try metadata(of: root, name),
                data: Dictionary(
                    (root["data"]?.members ?? []).map { ($0.key, $0.value.string ?? "") },
                    uniquingKeysWith: { first, _ in first }
                ),
                binaryData: DataValidator(report: report, root: root).bytes(of: "binaryData")
            )
            object.isImmutable = root["immutable"]?.bool ?? false
            return .object(
                DecodedObject(.configMap(object), warnings: report.warnings, position: root.node.position)
            )
        }
    )

    static let secret = ManifestKind(
        apiVersion: "v1",
        kind: .secret,
        schema: .secret,
        validate: { DataValidator(report: $1, root: $0).validateSecret() },
        make: { (root, name, report) throws(JSONTypeError) in
            let type = root["type"]?.string ?? ""
            var object = Secret(
                metadata: try metadata(of: root, name),
                type: type.isEmpty ? Secret.opaque : type,
                data: DataValidator(report: report, root: root).secretContent()
            )
            object.isImmutable = root["immutable"]?.bool ?? false
            return .object(DecodedObject(.secret(object), warnings: report.warnings, position: root.node.position))
        }
    )

    static let persistentVolumeClaim = ManifestKind(
        apiVersion: "v1",
        kind: .persistentVolumeClaim,
        schema: .persistentVolumeClaim,
        validate: { ClaimValidator(report: $1, root: $0).validate() },
        make: { (root, name, report) throws(JSONTypeError) in
            var node = root.node
            PodDefaults.completeMetadata(of: &node, uid: PodIdentity.uid(name))
            return .object(
                DecodedObject(
                    .persistentVolumeClaim(try JSON.decode(PersistentVolumeClaim.self, from: node)),
                    warnings: report.warnings,
                    fingerprint: root.node["spec"].map(PodIdentity.fingerprint(spec:)),
                    position: root.node.position
                )
            )
        }
    )

    /// Only the metadata is decoded as a whole: values go through no coder, whose errors might show them.
    private static func metadata(of root: Located, _ name: ObjectName) throws(JSONTypeError) -> ObjectMeta {
        var node = root.node
        PodDefaults.completeMetadata(of: &node, uid: PodIdentity.uid(name))
        return try JSON.decode(ObjectMeta.self, from: node["metadata"] ?? .null)
    }
}
