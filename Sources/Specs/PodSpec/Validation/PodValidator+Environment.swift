import JSONCoding

extension PodValidator {
    func validateEnvironment(of container: Located) {
        for variable in container["env"]?.elements ?? [] {
            if let name = variable["name"] {
                check(name, NameSyntax.isVariableName, "must be printable ASCII characters other than '='")
            }
            guard let source = variable["valueFrom"] else { continue }
            if variable["value"]?.string?.isEmpty == false {
                report.problem(source, "must not be there beside value")
            }
            validate(source: source)
        }
        for source in container["envFrom"]?.elements ?? [] {
            let references = ["configMapRef", "secretRef"].compactMap { source[$0] }
            guard references.count == 1 else {
                report.problem(source, "must have one of configMapRef and secretRef")
                continue
            }
            for reference in references { refuseUnlessOptional(reference) }
        }
    }

    private func validate(source: Located) {
        let kinds = source.members
        guard kinds.count == 1, let (kind, value) = kinds.first else {
            report.problem(source, "must have exactly one source")
            return
        }
        switch kind {
        case "fieldRef":
            if let version = value["apiVersion"], let text = version.string, !text.isEmpty, text != "v1" {
                report.problem(version, "\"\(text)\" is not served, only v1")
            }
            guard let field = value["fieldPath"], let text = field.string else { return }
            if FieldPath(text) == nil {
                let known = FieldPath.names
                report.problem(
                    field,
                    "\"\(text)\" is no field that a variable can take",
                    suggestion: Nearest.name(to: text, among: known)
                )
            }
        case "configMapKeyRef", "secretKeyRef", "fileKeyRef":
            refuseUnlessOptional(value)
        case "resourceFieldRef":
            report.problem(value, "not served yet, and the variable must not be missing")
        default:
            break
        }
    }

    /// An optional reference to an object that does not exist leaves the variable out, as in Kubernetes.
    private func refuseUnlessOptional(_ reference: Located) {
        if reference["optional"]?.bool == true {
            report.warning(reference.path, "not served yet; what is optional is left out")
        } else {
            report.problem(reference, "not served yet, and the variable must not be missing")
        }
    }
}
