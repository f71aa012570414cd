import JSONCoding

extension PodValidator {
    func validateEnvironment(of container: Located) {
        let rule = "must be printable ASCII characters other than '='"
        for variable in container["env"]?.elements ?? [] {
            if let name = variable["name"] { check(name, NameSyntax.isVariableName, rule) }
            guard let source = variable["valueFrom"] else { continue }
            if variable["value"]?.string?.isEmpty == false {
                report.problem(source, "must not be there beside value")
            }
            validate(source: source)
        }
        for source in container["envFrom"]?.elements ?? [] {
            if let prefix = source["prefix"], prefix.string != "" { check(prefix, NameSyntax.isVariableName, rule) }
            let references = ["configMapRef", "secretRef"].compactMap { source[$0] }
            guard references.count == 1 else {
                report.problem(source, "must have one of configMapRef and secretRef")
                continue
            }
            for reference in references { validateObjectName(reference, "name") }
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
            validate(field: value, known: FieldPath.names, what: "a variable") { FieldPath($0) != nil }
        case "configMapKeyRef", "secretKeyRef":
            validateObjectName(value, "name")
            if let key = value["key"] { check(key, NameSyntax.isDataKey, NameSyntax.dataKeyRule) }
        case "resourceFieldRef":
            validate(resourceField: value, needsContainer: false)
        case "fileKeyRef":
            if value["optional"]?.bool == true {
                report.warning(value.path, "not served yet; what is optional is left out")
            } else {
                report.problem(value, "not served yet, and the variable must not be missing")
            }
        default:
            break
        }
    }

    /// A field of the pod that a variable or a file has.
    func validate(field reference: Located, known: [String], what: String, isKnown: (String) -> Bool) {
        if let version = reference["apiVersion"], let text = version.string, !text.isEmpty, text != "v1" {
            report.problem(version, "\"\(text)\" is not served, only v1")
        }
        guard let field = reference["fieldPath"], let text = field.string, !isKnown(text) else { return }
        let suggestion = Nearest.name(to: text, among: known)
        report.problem(field, "\"\(text)\" is no field that \(what) can take", suggestion: suggestion)
    }

    /// An amount of a container that a variable or a file has.
    func validate(resourceField reference: Located, needsContainer: Bool) {
        let containers = ["initContainers", "containers"].flatMap { root["spec"]?[$0]?.elements ?? [] }
        let names = containers.compactMap { $0["name"]?.string }
        if let name = reference["containerName"], let text = name.string, !text.isEmpty {
            if !names.contains(text) {
                let suggestion = Nearest.name(to: text, among: names)
                report.problem(name, "the pod has no container \"\(text)\"", suggestion: suggestion)
            }
        } else if needsContainer {
            let path = JSONPath.join(reference.path, "containerName")
            report.problem(path: path, position: reference.node.position, "missing")
        }
        guard let resource = reference["resource"], let text = resource.string else { return }
        guard let field = ResourceField(text) else {
            let suggestion = Nearest.name(to: text, among: ResourceField.names)
            report.problem(resource, "\"\(text)\" is no amount of a container's resources", suggestion: suggestion)
            return
        }
        guard let divisor = reference["divisor"], let quantity = Quantity(node: divisor.node), !quantity.isZero else { return }
        let units = ResourceField.divisors(of: field.resource)
        if !units.contains(where: { Quantity($0) == quantity }) {
            report.problem(divisor, "\"\(quantity)\" is not one of \(units.joined(separator: ", "))")
        }
    }

    /// The name of an object that is referred to must be there, and be one that an object can have.
    func validateObjectName(_ reference: Located, _ field: String) {
        guard let name = reference[field], name.string != "" else {
            let path = JSONPath.join(reference.path, field)
            return report.problem(path: path, position: reference.node.position, "missing")
        }
        check(name, NameSyntax.isSubdomain, NameSyntax.subdomainRule)
    }
}
