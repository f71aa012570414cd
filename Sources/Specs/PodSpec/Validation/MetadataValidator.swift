import JSONCoding

/// Checks the metadata that objects of all kinds have.
struct MetadataValidator {
    let report: ManifestReport

    func validate(_ metadata: Located) {
        if let name = metadata["name"] {
            report.check(name, NameSyntax.isSubdomain, NameSyntax.subdomainRule)
        } else {
            let message =
                metadata["generateName"] == nil
                ? "missing" : "missing (generateName is not served: a file names its objects)"
            report.problem(path: JSONPath.join(metadata.path, "name"), position: metadata.node.position, message)
        }
        if let namespace = metadata["namespace"] {
            report.check(namespace, NameSyntax.isLabel(_:), NameSyntax.labelRule)
        }
        if let uid = metadata["uid"] {
            report.check(uid, NameSyntax.isUID, "must be at most 63 letters, digits and '-', not '-' first")
        }
        validate(labels: metadata["labels"])
        validate(annotations: metadata["annotations"])
    }

    /// Also for the labels of templates and selectors.
    func validate(labels: Located?) {
        for label in labels?.members ?? [] {
            checkKey(label.key, label.value)
            let rule = "must be at most 63 letters, digits, '-', '_' and '.', with a letter or digit at both ends"
            report.check(label.value, NameSyntax.isLabelValue, rule)
        }
    }

    func validate(annotations: Located?) {
        guard let annotations else { return }
        var size = 0
        for annotation in annotations.members {
            checkKey(annotation.key.lowercased(), annotation.value)
            size += annotation.key.utf8.count + (annotation.value.string?.utf8.count ?? 0)
        }
        if size > 256 * 1024 { report.problem(annotations, "annotations are larger than 256 KiB together") }
    }

    private func checkKey(_ key: String, _ place: Located) {
        guard !NameSyntax.isQualifiedName(key) else { return }
        let rule = "no key: an optional DNS name and '/', then at most 63 letters, digits, '-', '_' and '.'"
        report.problem(place, "\"\(key)\" is \(rule)")
    }
}
