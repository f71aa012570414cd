import JSONCoding

extension ManifestKind {
    static let deployment = workload(.deployment, .deployment)
    static let replicaSet = workload(.replicaSet, .replicaSet)
    static let daemonSet = workload(.daemonSet, .daemonSet)
    static let job = workload(.job, .job)
    static let cronJob = workload(.cronJob, .cronJob)

    private static func workload(_ kind: WorkloadKind, _ schema: ObjectSchema) -> ManifestKind {
        ManifestKind(
            apiVersion: kind.apiVersion,
            kind: ObjectKind(rawValue: kind.rawValue),
            schema: schema,
            validate: { WorkloadValidator(report: $1, root: $0, kind: kind).validate() },
            make: { (root, name, report) throws(JSONTypeError) in
                let decoded = try WorkloadDecoder(kind: kind).decode(root, name, report)
                return .object(
                    DecodedObject(
                        .workload(decoded),
                        warnings: report.warnings,
                        fingerprint: decoded.written.spec,
                        position: root.node.position
                    )
                )
            }
        )
    }
}
