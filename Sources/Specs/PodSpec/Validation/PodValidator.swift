import JSONCoding

/// Checks what a table of fields cannot say: syntax of names, ranges, uniqueness, references between parts.
///
/// Values of a wrong type have been reported already; here they are passed over.
struct PodValidator {
    let report: ManifestReport
    let root: Located

    func validate() {
        if let metadata = root["metadata"] { validate(metadata: metadata) }
        guard let spec = root["spec"] else { return }
        validate(spec: spec)
        let volumes = validate(volumes: spec["volumes"])
        validateContainers(of: spec, volumes: volumes)
        if let context = spec["securityContext"] { validate(podSecurityContext: context) }
    }

    private func validate(metadata: Located) {
        if let name = metadata["name"] {
            check(name, NameSyntax.isSubdomain, NameSyntax.subdomainRule)
        } else {
            let message =
                metadata["generateName"] == nil
                ? "missing" : "missing (generateName is not served: a file names its pod)"
            report.problem(path: JSONPath.join(metadata.path, "name"), position: metadata.node.position, message)
        }
        if let namespace = metadata["namespace"] {
            check(namespace, NameSyntax.isLabel(_:), NameSyntax.labelRule)
        }
        if let uid = metadata["uid"] {
            check(uid, NameSyntax.isUID, "must be at most 63 letters, digits and '-', not '-' first")
        }
        validateLength(metadata)
        for label in metadata["labels"]?.members ?? [] {
            checkKey(label.key, label.value)
            let rule = "must be at most 63 letters, digits, '-', '_' and '.', with a letter or digit at both ends"
            check(label.value, NameSyntax.isLabelValue, rule)
        }
        validate(annotations: metadata["annotations"])
    }

    private func validate(annotations: Located?) {
        guard let annotations else { return }
        var size = 0
        for annotation in annotations.members {
            checkKey(annotation.key.lowercased(), annotation.value)
            size += annotation.key.utf8.count + (annotation.value.string?.utf8.count ?? 0)
        }
        if size > 256 * 1024 { report.problem(annotations, "annotations are larger than 256 KiB together") }
    }

    /// `<namespace>_<name>_<uid>` is the name of a folder, which may have 255 bytes.
    private func validateLength(_ metadata: Located) {
        guard let name = metadata["name"], let text = name.string else { return }
        let namespace = metadata["namespace"]?.string ?? PodDefaults.namespace
        let uid = metadata["uid"]?.string?.utf8.count ?? PodIdentity.length
        let limit = 255 - namespace.utf8.count - uid - 2
        if text.utf8.count > limit, text.utf8.count <= 253 {
            report.problem(name, "longer than \(limit), which leaves no room for namespace and UID in file names")
        }
    }

    private func validate(spec: Located) {
        // The upper bound keeps sums of times in nanoseconds within 64 bits; it is 68 years.
        for (name, least) in [("terminationGracePeriodSeconds", 0), ("activeDeadlineSeconds", 1)] as [(String, Int64)] {
            guard let seconds = spec[name], let value = seconds.integer, !(least...Int64(Int32.max)).contains(value)
            else { continue }
            report.problem(seconds, "must be from \(least) to \(Int32.max)")
        }
        for name in ["hostname", "subdomain"] {
            guard let value = spec[name], value.string != "" else { continue }
            check(value, NameSyntax.isLabel(_:), NameSyntax.labelRule)
        }
    }

    /// Reports a string that does not keep a rule.
    func check(_ place: Located, _ isValid: (String) -> Bool, _ rule: String) {
        guard let text = place.string, !isValid(text) else { return }
        report.problem(place, "\"\(text)\" \(rule)")
    }

    private func checkKey(_ key: String, _ place: Located) {
        guard !NameSyntax.isQualifiedName(key) else { return }
        let rule = "no key: an optional DNS name and '/', then at most 63 letters, digits, '-', '_' and '.'"
        report.problem(place, "\"\(key)\" is \(rule)")
    }
}
