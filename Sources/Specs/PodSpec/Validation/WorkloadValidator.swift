import JSONCoding

/// Checks what a table of fields cannot say of the kinds that make pods, as the API server does.
struct WorkloadValidator {
    let report: ManifestReport
    let root: Located
    let kind: WorkloadKind

    /// What the name of an object of a kind may have, so that those of its pods are labels.
    private var nameLimit: Int {
        switch kind {
        case .deployment, .replicaSet, .daemonSet: 253
        case .job: 63
        // `-` and the minutes since 1970 come behind it.
        case .cronJob: 52
        }
    }

    func validate() {
        // The rules of names, labels and annotations are those of pods.
        if let metadata = root["metadata"] { MetadataValidator(report: report).validate(metadata) }
        if let name = root["metadata"]?["name"], let text = name.string, text.utf8.count > nameLimit {
            report.problem(name, "longer than \(nameLimit), which is the most for a \(kind.rawValue)")
        }
        guard let spec = root["spec"] else { return }
        switch kind {
        case .deployment: validate(deployment: spec)
        case .replicaSet: validateReplicas(spec)
        case .daemonSet: validate(daemonSet: spec)
        case .job: JobValidator(report: report, spec: spec, object: root).validate()
        case .cronJob: validate(cronJob: spec)
        }
    }

    private func validate(deployment spec: Located) {
        validateReplicas(spec)
        let ready = spec["minReadySeconds"]?.integer ?? 0
        if let deadline = spec["progressDeadlineSeconds"], let seconds = deadline.integer {
            if seconds < 0 {
                report.problem(deadline, "must be 0 or more")
            } else if seconds <= ready {
                report.problem(deadline, "must be more than minReadySeconds (\(ready))")
            }
        }
        checkCount(spec, "revisionHistoryLimit")
        guard let strategy = spec["strategy"] else { return }
        validate(strategy, other: "Recreate", isDaemonSet: false)
    }

    private func validate(daemonSet spec: Located) {
        validateSelected(spec)
        checkCount(spec, "minReadySeconds")
        checkCount(spec, "revisionHistoryLimit")
        guard let strategy = spec["updateStrategy"] else { return }
        validate(strategy, other: "OnDelete", isDaemonSet: true)
    }

    private func validateReplicas(_ spec: Located) {
        validateSelected(spec)
        checkCount(spec, "replicas")
        checkCount(spec, "minReadySeconds")
        if let replicas = spec["replicas"], let count = replicas.integer, count > Self.replicaLimit {
            report.problem(replicas, "\(count) is more than one node runs; at most \(Self.replicaLimit)")
        }
    }

    /// Beyond it the pods of one object alone are more than a node's address range has.
    static let replicaLimit: Int64 = 10_000

    private func validate(_ strategy: Located, other: String, isDaemonSet: Bool) {
        guard let update = strategy["rollingUpdate"] else { return }
        if strategy["type"]?.string == other {
            report.problem(update, "may not be given where the type is \(other)")
            return
        }
        let unavailable = amount(update["maxUnavailable"], limit: 100)
        let surge = amount(update["maxSurge"], limit: isDaemonSet ? 100 : nil)
        // A DaemonSet's maxUnavailable is 1 where only the other one is given.
        let defaults: (unavailable: Int64, surge: Int64) = isDaemonSet ? (surge ?? 0 > 0 ? 0 : 1, 0) : (25, 25)
        let both = ((unavailable ?? defaults.unavailable), (surge ?? defaults.surge))
        if both == (0, 0) { report.problem(update, "maxUnavailable and maxSurge may not both be 0") }
        if isDaemonSet, both.0 > 0, both.1 > 0 {
            report.problem(update, "only one of maxUnavailable and maxSurge may be other than 0")
        }
    }

    /// A number of pods, or a percentage of them.
    private func amount(_ place: Located?, limit: Int64?) -> Int64? {
        guard let place else { return nil }
        if let number = place.integer {
            if !(0...Int64(Int32.max)).contains(number) { report.problem(place, "\(number) is not 0 or more") }
            return number
        }
        guard let text = place.string, case .percent(let percent)? = IntOrPercent(percentage: text) else {
            report.problem(place, "expected a number of pods, or a percentage like 25%")
            return nil
        }
        if let limit, Int64(percent) > limit { report.problem(place, "\(text) is more than \(limit)%") }
        return Int64(percent)
    }

    private func validateSelected(_ spec: Located) {
        SelectorValidator(report: report).validate(spec)
        validateTemplate(spec["template"], policies: ["Always"])
    }

    private func validateTemplate(_ template: Located?, policies: [String]) {
        TemplateValidator(report: report, kind: kind).validate(template, policies: policies)
    }

    private func validate(cronJob spec: Located) {
        if let schedule = spec["schedule"], let text = schedule.string {
            do throws(CronProblem) { _ = try CronSchedule(text) } catch {
                report.problem(schedule, "\"\(text)\" \(error.message)")
            }
        }
        if let zone = spec["timeZone"], let text = zone.string, !Self.isZoneName(text) {
            report.problem(zone, "\"\(text)\" is no name of the time zone database, like Europe/Berlin")
        }
        for name in ["startingDeadlineSeconds", "successfulJobsHistoryLimit", "failedJobsHistoryLimit"] {
            checkCount(spec, name)
        }
        guard let template = spec["jobTemplate"] else { return }
        if let metadata = template.named("job")["metadata"] { MetadataValidator(report: report).validate(metadata) }
        guard let job = template["spec"] else { return }
        JobValidator(report: report, spec: job, object: template).validate()
    }

    /// `Europe/Berlin`: what cannot lead out of the folder of zones.
    static func isZoneName(_ text: String) -> Bool {
        // The machine's own zone has a name too; `Local` is Go's word for it, which the API server refuses.
        guard !text.isEmpty, text.utf8.count <= 128, text.lowercased() != "local" else { return false }
        return text.split(separator: "/", omittingEmptySubsequences: false).allSatisfy { part in
            guard let first = part.utf8.first, first != UInt8(ascii: "."), first != UInt8(ascii: "-") else { return false }
            return part.utf8.allSatisfy { byte in
                NameSyntax.isAlphanumeric(byte) || "_+-".utf8.contains(byte)
            }
        }
    }

    private func checkCount(_ spec: Located, _ name: String) {
        guard let field = spec[name], let value = field.integer, value < 0 else { return }
        report.problem(field, "\(value) is not 0 or more")
    }
}

/// Checks which pods an object says are its own: exactly those that it makes.
struct SelectorValidator {
    let report: ManifestReport

    func validate(_ spec: Located) {
        guard let selector = spec["selector"] else { return }
        let isSound = validate(selector: selector)
        guard isSound, let template = spec["template"] else { return }
        // A wrong type is reported already, by the table.
        guard let decoded = try? JSON.decode(LabelSelector.self, from: selector.node) else { return }
        if decoded.isEmpty {
            report.problem(selector, "is empty: it has to select the pods of the template")
            return
        }
        var labels: [String: String] = [:]
        for label in template["metadata"]?["labels"]?.members ?? [] { labels[label.key] = label.value.string }
        guard !decoded.matches(labels) else { return }
        let place = template["metadata"]?["labels"] ?? template["metadata"] ?? template
        report.problem(place, "the labels of the template do not match the selector")
    }

    /// Whether a selector by itself can be one.
    @discardableResult
    func validate(selector: Located) -> Bool {
        var isSound = true
        for requirement in selector["matchExpressions"]?.elements ?? [] {
            isSound = validate(requirement) && isSound
        }
        for label in selector["matchLabels"]?.members ?? [] {
            if !NameSyntax.isQualifiedName(label.key) || label.value.string.map(NameSyntax.isLabelValue) != true {
                report.problem(label.value, "is no label that a pod can have")
                isSound = false
            }
        }
        return isSound
    }

    private func validate(_ requirement: Located) -> Bool {
        let word = requirement["operator"]?.string
        let count = requirement["values"]?.elements.count ?? 0
        guard let key = requirement["key"]?.string, NameSyntax.isQualifiedName(key) else {
            report.problem(requirement, "needs the key of a label")
            return false
        }
        switch word {
        case "In", "NotIn":
            if count > 0 { return true }
            report.problem(requirement, "needs values where the operator is \(word ?? "")")
        case "Exists", "DoesNotExist":
            if count == 0 { return true }
            report.problem(requirement, "has no values where the operator is \(word ?? "")")
        default:
            report.problem(requirement, "needs an operator: In, NotIn, Exists or DoesNotExist")
        }
        return false
    }
}

/// Checks what pods are made of by the rules of pods.
struct TemplateValidator {
    let report: ManifestReport
    let kind: WorkloadKind

    func validate(_ template: Located?, policies: [String]) {
        guard let template else { return }
        PodValidator(report: report, root: template.named("pod")).validate()
        guard let spec = template["spec"] else { return }
        let policy = spec["restartPolicy"]
        let text = policy?.string ?? "Always"
        if !policies.contains(text), ["Always", "OnFailure", "Never", ""].contains(text) {
            let path = policy?.path ?? JSONPath.join(spec.path, "restartPolicy")
            let allowed = policies.joined(separator: " or ")
            report.problem(
                path: path,
                position: policy?.node.position ?? spec.node.position,
                policy == nil
                    ? "missing: a \(kind.rawValue) needs \(allowed)"
                    : "\"\(text)\" is not for a \(kind.rawValue), which needs \(allowed)"
            )
        }
        if policies == ["Always"], let deadline = spec["activeDeadlineSeconds"] {
            report.problem(deadline, "is not for a \(kind.rawValue), whose pods run on")
        }
    }
}

extension Located {
    /// An object with a name, where it has none: a template is checked by the rules of what is made of it.
    func named(_ name: String) -> Located {
        guard case .object(var members) = node.value else { return self }
        let metadata: JSONNode
        if let index = members.firstIndex(where: { $0.key == "metadata" }) {
            guard case .object(var fields) = members[index].value.value else { return self }
            // A name, a namespace or a UID of a template means nothing.
            fields.removeAll { ["name", "generateName", "namespace", "uid"].contains($0.key) }
            fields.append(JSONNode.Member(key: "name", value: JSONNode(name)))
            metadata = JSONNode(.object(fields), position: members[index].value.position)
            members[index].value = metadata
        } else {
            metadata = ["name": JSONNode(name)]
            members.append(JSONNode.Member(key: "metadata", value: metadata))
        }
        return Located(node: JSONNode(.object(members), position: node.position), path: path)
    }
}
