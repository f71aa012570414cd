import JSONCoding

/// Makes an object of one of the kinds that make pods, of a document in which nothing is wrong.
struct WorkloadDecoder {
    let kind: WorkloadKind

    func decode(_ root: Located, _ name: ObjectName, _ report: ManifestReport) throws(JSONTypeError) -> DecodedWorkload {
        let spec = root["spec"]?.node ?? .null
        let template = template(of: spec) ?? .null
        let written = DecodedWorkload.Written(
            spec: PodIdentity.fingerprint(spec: identifying(spec)),
            template: PodIdentity.fingerprint(spec: revised(template)),
            podSpec: PodIdentity.fingerprint(spec: template["spec"] ?? .null)
        )
        // Not of the spec: a changed one does not make it another object, as it does with a pod.
        let complete = WorkloadDefaults.apply(to: root.node, kind: kind, uid: PodIdentity.uid(name))
        let workload = try JSON.decode(Workload.self, from: complete)
        return DecodedWorkload(workload: workload, warnings: report.warnings, written: written)
    }

    private func template(of spec: JSONNode) -> JSONNode? {
        kind == .cronJob ? spec["jobTemplate"]?["spec"]?["template"] : spec["template"]
    }

    /// The spec without what may be changed of an object that stays the same: the fields of a Job that the API server lets
    /// change. (The other kinds do not go by it.)
    private func identifying(_ spec: JSONNode) -> JSONNode {
        guard kind == .job, case .object(let members) = spec.value else { return spec }
        let changeable = ["parallelism", "suspend", "activeDeadlineSeconds", "ttlSecondsAfterFinished"]
        return JSONNode(.object(members.filter { !changeable.contains($0.key) }))
    }

    /// What of a template makes another revision: labels, annotations and spec, and not what a cluster added to it.
    private func revised(_ template: JSONNode) -> JSONNode {
        var kept: [JSONNode.Member] = []
        for key in ["labels", "annotations"] {
            if let value = template["metadata"]?[key] { kept.append(JSONNode.Member(key: key, value: value)) }
        }
        if let spec = template["spec"] { kept.append(JSONNode.Member(key: "spec", value: spec)) }
        return JSONNode(.object(kept))
    }
}
