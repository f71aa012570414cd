import JSONCoding

/// Volumes whose files are made of objects beside the pods, or of the pod itself.
extension PodValidator {
    func validateObjectVolume(_ volume: Located) {
        if let source = volume["configMap"] { validate(keys: source, name: "name") }
        if let source = volume["secret"] { validate(keys: source, name: "secretName") }
        if let source = volume["downwardAPI"] { validate(downwardAPI: source) }
        if let source = volume["projected"] { validate(projected: source) }
        if let source = volume["persistentVolumeClaim"], source["claimName"] != nil {
            validateObjectName(source, "claimName")
        }
    }

    private func validate(keys source: Located, name: String) {
        validateObjectName(source, name)
        validate(mode: source["defaultMode"])
        for item in source["items"]?.elements ?? [] {
            if let key = item["key"] { check(key, NameSyntax.isDataKey, NameSyntax.dataKeyRule) }
            validate(file: item)
        }
    }

    private func validate(downwardAPI source: Located) {
        validate(mode: source["defaultMode"])
        for item in source["items"]?.elements ?? [] {
            validate(file: item)
            let field = item["fieldRef"]
            let resource = item["resourceFieldRef"]
            if (field == nil) == (resource == nil) {
                report.problem(item, "must have one of fieldRef and resourceFieldRef")
            }
            if let field {
                validate(field: field, known: FieldPath.fileNames, what: "a file") { FieldPath(file: $0) != nil }
            }
            if let resource { validate(resourceField: resource, needsContainer: true) }
        }
    }

    private func validate(projected: Located) {
        validate(mode: projected["defaultMode"])
        var paths: [String: SourcePosition?] = [:]
        for source in projected["sources"]?.elements ?? [] {
            let kinds = source.members
            if kinds.count != 1 { report.problem(source, "must have exactly one source") }
            if let keys = source["configMap"] { validate(keys: keys, name: "name") }
            if let keys = source["secret"] { validate(keys: keys, name: "name") }
            if let fields = source["downwardAPI"] { validate(downwardAPI: fields) }
            for item in kinds.flatMap({ $0.value["items"]?.elements ?? [] }) {
                if let path = item["path"], let text = path.string { checkUnique(path, text, among: &paths) }
            }
        }
    }

    private func validate(file item: Located) {
        validate(mode: item["mode"])
        guard let path = item["path"], let text = path.string else { return }
        if text.isEmpty {
            report.problem(path, "must not be empty")
        } else if PathSyntax.isAbsolute(text) {
            report.problem(path, "\"\(text)\" must be relative to the volume")
        } else if PathSyntax.climbs(text) {
            report.problem(path, "\"\(text)\" must not contain '..'")
        } else if text.hasPrefix("..") {
            // Names of that kind are those of the folders that are swapped.
            report.problem(path, "\"\(text)\" must not begin with '..'")
        } else if PathSyntax.cleaned(text) == "/" {
            report.problem(path, "\"\(text)\" names no file")
        }
    }

    private func validate(mode: Located?) {
        guard let mode, let value = mode.integer, !(0...0o777).contains(value) else { return }
        report.problem(mode, "\(value) is no file mode (0 to 0777, which is 511)")
    }
}
