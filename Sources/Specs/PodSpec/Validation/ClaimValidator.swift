import JSONCoding

/// Checks what the table of fields cannot say about PersistentVolumeClaims.
struct ClaimValidator {
    let report: ManifestReport
    let root: Located

    func validate() {
        if let metadata = root["metadata"] {
            MetadataValidator(report: report).validate(metadata)
            validate(reclaim: metadata["annotations"]?[PersistentVolumeClaim.reclaimAnnotation])
        }
        if let spec = root["spec"] { validate(spec: spec) }
    }

    /// What a claim asks for: also that of a template.
    func validate(spec: Located) {
        validate(accessModes: spec)
        if let mode = spec["volumeMode"], mode.string == "Block" {
            report.problem(mode, "a claim is a folder here, and no block device")
        }
        guard let storage = spec["resources"]?["requests"]?["storage"] else {
            return missing(spec, "resources.requests.storage")
        }
        if let quantity = Quantity(node: storage.node), quantity.isNegative || quantity.isZero {
            report.problem(storage, "must be more than nothing")
        }
    }

    private func validate(accessModes spec: Located) {
        guard let modes = spec["accessModes"], modes.node.arrayValue?.isEmpty != true else {
            return missing(spec, "accessModes")
        }
        let names = modes.elements.compactMap(\.string)
        if names.contains("ReadWriteOncePod"), names.count > 1 {
            report.problem(modes, "ReadWriteOncePod goes with no other access mode")
        }
    }

    private func validate(reclaim annotation: Located?) {
        guard let annotation, let text = annotation.string else { return }
        let words = PersistentVolumeClaim.ReclaimPolicy.allCases.map(\.rawValue)
        if !words.contains(text) {
            let suggestion = Nearest.name(to: text, among: words)
            report.problem(annotation, "\"\(text)\" is not one of \(words.joined(separator: ", "))", suggestion: suggestion)
        }
    }

    private func missing(_ place: Located, _ field: String) {
        report.problem(path: JSONPath.join(place.path, field), position: place.node.position, "missing")
    }
}
