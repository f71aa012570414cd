import JSONCoding

/// Makes pods of the documents of a manifest file: checks every field and value, fills in defaults, derives the UID.
public enum ManifestDecoder {
    /// Decodes all documents of a file. `v1` Pods are taken, and `List` and `PodList` of them; anything else is a problem.
    ///
    /// A document with a problem gives no pod, and does not touch the others.
    public static func decode(_ documents: [JSONNode], file: String) -> ManifestResult {
        var result = ManifestResult()
        var seen: [PodName: SourcePosition?] = [:]
        for document in documents where !document.isNull {
            decode(Located(node: document.withoutNulls(), path: ""), file: file, into: &result)
        }
        // Two documents that name one pod: the first stays.
        result.pods = result.pods.filter { decoded in
            guard let first = seen[decoded.name] else {
                seen[decoded.name] = .some(decoded.position)
                return true
            }
            let place = first.map { " (first on line \($0.line))" } ?? ""
            var problem = ManifestProblem(
                file: file,
                position: decoded.position,
                path: "metadata.name",
                message: "the pod \(decoded.name) appears twice in this file\(place)"
            )
            problem.pod = decoded.name
            result.problems.append(problem)
            return false
        }
        return result
    }

    private static func decode(_ object: Located, file: String, into result: inout ManifestResult) {
        let report = ManifestReport(file: file)
        defer { result.problems += report.finish() }
        guard object.node.members != nil else {
            report.problem(object, "expected an object of Kubernetes, found \(object.node.kind)")
            return
        }
        guard let kind = type(of: object, report) else { return }
        switch kind {
        case "Pod":
            if let pod = decode(pod: object, report) { result.pods.append(pod) }
        case "List", "PodList":
            guard let items = object["items"] else {
                report.problem(path: JSONPath.join(object.path, "items"), position: object.node.position, "missing")
                return
            }
            if items.node.arrayValue == nil { report.problem(items, "expected a list, found \(items.node.kind)") }
            for item in items.elements {
                let pod = kind == "PodList" ? item.completed(apiVersion: "v1", kind: "Pod") : item
                // A list of lists is none of Kubernetes's.
                if let kind = pod["kind"], kind.string == "List" || kind.string == "PodList" {
                    report.problem(kind, "a list inside of a list")
                } else {
                    decode(pod, file: file, into: &result)
                }
            }
        default:
            break
        }
    }

    /// The kind of an object if it is one that is served; what is wrong otherwise is reported.
    private static func type(of object: Located, _ report: ManifestReport) -> String? {
        report.pod = name(of: object)
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
        let served = ["Pod", "List", "PodList"]
        guard version == "v1", served.contains(text) else {
            let name = version == "v1" ? text : "\(text) of \(version)"
            let suggestion = version == "v1" ? Nearest.name(to: text, among: served) : nil
            report.problem(kind, "kind \(name) is not served; only v1 Pod, and List of them", suggestion: suggestion)
            return nil
        }
        return text
    }

    private static func decode(pod: Located, _ report: ManifestReport) -> DecodedPod? {
        SchemaCheck(report: report).check(pod, .object(.pod))
        PodValidator(report: report, root: pod).validate()
        guard report.problems.isEmpty, let name = report.pod, let spec = pod["spec"] else { return nil }
        let uid = PodIdentity.uid(namespace: name.namespace, name: name.name, spec: spec.node)
        let complete = PodDefaults.apply(to: pod.node, uid: uid)
        do throws(JSONTypeError) {
            let decoded = try JSON.decode(Pod.self, from: complete)
            return DecodedPod(
                pod: decoded,
                warnings: report.warnings,
                fingerprint: PodIdentity.fingerprint(spec: spec.node),
                position: pod.node.position
            )
        } catch {
            // The checks above let through only what decodes; should they ever not, the pod is refused, not guessed.
            let path = JSONPath.join(pod.path, error.path)
            report.problem(path: path, position: error.position ?? pod.node.position, error.message)
            return nil
        }
    }

    private static func name(of object: Located) -> PodName? {
        guard let metadata = object["metadata"], let name = metadata["name"]?.string, !name.isEmpty else { return nil }
        let namespace = metadata["namespace"]?.string ?? ""
        return PodName(namespace: namespace.isEmpty ? PodDefaults.namespace : namespace, name: name)
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
