import JSONCoding

/// A kind of objects that manifests may hold: how it is told apart, checked and made.
struct ManifestKind: Sendable {
    /// What a good document becomes.
    enum Product {
        case pod(DecodedPod)
        case object(DecodedObject)
    }

    let apiVersion: String
    let kind: ObjectKind
    let schema: ObjectSchema
    /// Reports what the schema cannot say.
    let validate: @Sendable (Located, ManifestReport) -> Void
    /// Makes the object of a document in which nothing is wrong. What it throws, the checks have overlooked.
    let make: @Sendable (Located, ObjectName, ManifestReport) throws(JSONTypeError) -> Product

    /// All kinds. A new one is a row here, with its fields in `Schema/` and its own file `ManifestKind+….swift`.
    static let served: [ManifestKind] = [
        .pod, .configMap, .secret, .persistentVolumeClaim,
        .deployment, .replicaSet, .daemonSet, .job, .cronJob,
        .priorityClass, .runtimeClass, .networkPolicy,
    ]

    /// The typed list of the kind.
    var listKind: String { "\(kind)List" }

    /// Whether documents of this API version are of one of the kinds, or a list.
    static func find(_ apiVersion: String, _ kind: String) -> ManifestKind? {
        served.first { $0.apiVersion == apiVersion && $0.kind.rawValue == kind }
    }

    static func find(_ apiVersion: String, list: String) -> ManifestKind? {
        served.first { $0.apiVersion == apiVersion && $0.listKind == list }
    }

    /// `v1 Pod, ConfigMap; apps/v1 Deployment`.
    static var summary: String {
        var versions: [String] = []
        for kind in served where !versions.contains(kind.apiVersion) { versions.append(kind.apiVersion) }
        return versions.map { version in
            let kinds = served.filter { $0.apiVersion == version }.map(\.kind.rawValue)
            return "\(version) \(kinds.joined(separator: ", "))"
        }.joined(separator: "; ")
    }
}

extension ManifestKind {
    static let pod = ManifestKind(
        apiVersion: "v1",
        kind: .pod,
        schema: .pod,
        validate: { PodValidator(report: $1, root: $0).validate() },
        make: { (root, name, report) throws(JSONTypeError) in
            let spec = root.node["spec"] ?? .null
            let uid = PodIdentity.uid(namespace: name.namespace, name: name.name, spec: spec)
            var decoded = DecodedPod(
                pod: try JSON.decode(Pod.self, from: PodDefaults.apply(to: root.node, uid: uid)),
                warnings: report.warnings,
                fingerprint: PodIdentity.fingerprint(spec: spec),
                position: root.node.position
            )
            decoded.hasGivenUID = root["metadata"]?["uid"]?.string.map { !$0.isEmpty } ?? false
            return .pod(decoded)
        }
    )
}
