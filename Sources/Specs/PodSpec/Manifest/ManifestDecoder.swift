import JSONCoding

/// Makes objects of the documents of a manifest file: checks every field and value, fills in defaults, derives the UID.
public enum ManifestDecoder {
    /// Decodes all documents of a file. Objects of the kinds of `ManifestKind.served` are taken, and lists of them; anything
    /// else is a problem.
    ///
    /// A document with a problem gives no object, and does not touch the others.
    public static func decode(_ documents: [JSONNode], file: String) -> ManifestResult {
        var result = ManifestResult()
        for document in documents where !document.isNull {
            decode(Located(node: document.withoutNulls(), path: ""), file: file, into: &result)
        }
        // Two documents that name one object: the first stays.
        var seen: [ObjectName: SourcePosition?] = [:]
        func isFirst(_ name: ObjectName, _ position: SourcePosition?) -> Bool {
            guard let first = seen[name] else {
                seen[name] = .some(position)
                return true
            }
            let place = first.map { " (first on line \($0.line))" } ?? ""
            let what = name.kind == .pod ? "pod \(name.namespace)/\(name.name)" : "\(name)"
            var problem = ManifestProblem(
                file: file,
                position: position,
                path: "metadata.name",
                message: "the \(what) appears twice in this file\(place)"
            )
            problem.object = name
            result.problems.append(problem)
            return false
        }
        let (pods, objects) = (result.pods, result.objects)
        result.pods = pods.filter { isFirst(ObjectName(pod: $0.name), $0.position) }
        result.objects = objects.filter { isFirst($0.name, $0.position) }
        return result
    }

    private static func decode(_ object: Located, file: String, into result: inout ManifestResult) {
        let report = ManifestReport(file: file)
        defer { result.problems += report.finish() }
        guard object.node.members != nil else {
            report.problem(object, "expected an object of Kubernetes, found \(object.node.kind)")
            return
        }
        guard let type = type(of: object, report) else { return }
        switch type {
        case .single(let kind):
            switch decode(object, as: kind, report) {
            case .pod(let pod): result.pods.append(pod)
            case .object(let decoded): result.objects.append(decoded)
            case nil: break
            }
        case .list(let kind):
            guard let items = object["items"] else {
                report.problem(path: JSONPath.join(object.path, "items"), position: object.node.position, "missing")
                return
            }
            if items.node.arrayValue == nil { report.problem(items, "expected a list, found \(items.node.kind)") }
            for item in items.elements {
                let item = kind.map { item.completed(apiVersion: $0.apiVersion, kind: $0.kind.rawValue) } ?? item
                // A list of lists is none of Kubernetes's.
                if let kind = item["kind"], let text = kind.string, isList(item["apiVersion"]?.string ?? "", text) {
                    report.problem(kind, "a list inside of a list")
                } else {
                    decode(item, file: file, into: &result)
                }
            }
        }
    }

    private enum DocumentType {
        case single(ManifestKind)
        /// The kind is nil for a list of anything.
        case list(ManifestKind?)
    }

    private static func isList(_ version: String, _ kind: String) -> Bool {
        version == "v1" && kind == "List" || ManifestKind.find(version, list: kind) != nil
    }

    /// The kind of an object if it is one that is served; what is wrong otherwise is reported.
    private static func type(of object: Located, _ report: ManifestReport) -> DocumentType? {
        report.object = name(of: object)
        for field in ["apiVersion", "kind"] {
            let path = JSONPath.join(object.path, field)
            guard let value = object[field] else {
                report.problem(path: path, position: object.node.position, "missing")
                continue
            }
            if value.string == nil { report.problem(value, "expected a string, found \(value.node.kind)") }
        }
        guard let version = object["apiVersion"]?.string, let kind = object["kind"], let text = kind.string
        else { return nil }
        if let kind = ManifestKind.find(version, text) { return .single(kind) }
        if isList(version, text) { return .list(ManifestKind.find(version, list: text)) }
        let name = version == "v1" ? text : "\(text) of \(version)"
        let known = ManifestKind.served.filter { $0.apiVersion == version }.map(\.kind.rawValue)
        report.problem(
            kind,
            "kind \(name) is not served; only \(ManifestKind.summary), and List of them",
            suggestion: Nearest.name(to: text, among: known)
        )
        return nil
    }

    private static func decode(_ object: Located, as kind: ManifestKind, _ report: ManifestReport) -> ManifestKind.Product? {
        SchemaCheck(report: report).check(object, .object(kind.schema))
        kind.validate(object, report)
        guard report.problems.isEmpty, let name = report.object else { return nil }
        do throws(JSONTypeError) {
            return try kind.make(object, name, report)
        } catch {
            // The checks above let through only what decodes; should they ever not, the object is refused, not guessed.
            let path = JSONPath.join(object.path, error.path)
            report.problem(path: path, position: error.position ?? object.node.position, error.message)
            return nil
        }
    }

    private static func name(of object: Located) -> ObjectName? {
        guard let metadata = object["metadata"], let name = metadata["name"]?.string, !name.isEmpty else { return nil }
        let namespace = metadata["namespace"]?.string ?? ""
        return ObjectName(
            ObjectKind(rawValue: object["kind"]?.string ?? ""),
            namespace: namespace.isEmpty ? PodDefaults.namespace : namespace,
            name: name
        )
    }
}

extension Located {
    /// The items of a typed list may leave their type out.
    fileprivate func completed(apiVersion: String, kind: String) -> Located {
        guard case .object(var members) = node.value else { return self }
        if self["apiVersion"] == nil { members.append(JSONNode.Member(key: "apiVersion", value: JSONNode(apiVersion))) }
        if self["kind"] == nil { members.append(JSONNode.Member(key: "kind", value: JSONNode(kind))) }
        return Located(node: JSONNode(.object(members), position: node.position), path: path)
    }
}
