import JSONCoding

/// Checks what a table of fields cannot say: syntax of names, ranges, uniqueness, references between parts.
///
/// Values of a wrong type have been reported already; here they are passed over.
struct PodValidator {
    let report: ManifestReport
    let root: Located

    func validate() {
        if let metadata = root["metadata"] {
            MetadataValidator(report: report).validate(metadata)
            validateLength(metadata)
            validateDeclaredConditions(metadata["annotations"])
            validateBandwidth(metadata["annotations"])
            validateNetworks(metadata["annotations"])
        }
        guard let spec = root["spec"] else { return }
        validate(spec: spec)
        let volumes = validate(volumes: spec["volumes"])
        validateContainers(of: spec, volumes: volumes)
        validateNamespaces(of: spec)
        if let context = spec["securityContext"] { validate(podSecurityContext: context) }
        if let resources = spec["resources"] { validate(podResources: resources, of: spec) }
        if let overhead = spec["overhead"] { validate(overhead: overhead) }
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
        for gate in spec["readinessGates"]?.elements ?? [] {
            guard let type = gate["conditionType"] else { continue }
            let rule = "must be an optional DNS name and '/', then at most 63 letters, digits, '-', '_' and '.'"
            check(type, NameSyntax.isQualifiedName, rule)
        }
        validateNames(of: spec)
        if let name = spec["os"]?["name"], name.string == "windows" {
            report.problem(name, "the machine runs Linux")
        }
        if let name = spec["runtimeClassName"], name.string != "" {
            check(name, NameSyntax.isSubdomain, NameSyntax.subdomainRule)
        }
        for secret in spec["imagePullSecrets"]?.elements ?? [] where secret["name"]?.string ?? "" == "" {
            report.problem(path: JSONPath.join(secret.path, "name"), position: secret.node.position, "missing")
        }
        for toleration in spec["tolerations"]?.elements ?? [] { validate(toleration: toleration) }
        for name in ["hostname", "subdomain"] {
            guard let value = spec[name], value.string != "" else { continue }
            check(value, NameSyntax.isLabel(_:), NameSyntax.labelRule)
        }
    }

    private func validate(toleration: Located) {
        let name = toleration["operator"]?.string ?? ""
        let key = toleration["key"]?.string ?? ""
        if key.isEmpty, name != "Exists" {
            report.problem(toleration, "without a key the operator must be Exists")
        }
        if name == "Exists", let value = toleration["value"], value.string != "" {
            report.problem(value, "must be empty when the operator is Exists")
        }
        if let seconds = toleration["tolerationSeconds"], toleration["effect"]?.string != "NoExecute" {
            report.problem(seconds, "is only for the effect NoExecute")
        }
    }

    /// Reports a string that does not keep a rule.
    func check(_ place: Located, _ isValid: (String) -> Bool, _ rule: String) {
        report.check(place, isValid, rule)
    }
}
