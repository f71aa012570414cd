import JSONCoding

/// Checks what a table of fields cannot say of a job's spec, be it a Job's or a CronJob's template's.
struct JobValidator {
    let report: ManifestReport
    let spec: Located
    /// What has the spec: the Job, or the template of it.
    let object: Located

    private var isIndexed: Bool { spec["completionMode"]?.string == "Indexed" }

    func validate() {
        for name in [
            "parallelism", "completions", "backoffLimit", "backoffLimitPerIndex", "maxFailedIndexes",
            "activeDeadlineSeconds", "ttlSecondsAfterFinished",
        ] {
            guard let field = spec[name], let value = field.integer else { continue }
            if value < 0 { report.problem(field, "\(value) is not 0 or more") }
        }
        if let deadline = spec["activeDeadlineSeconds"], let seconds = deadline.integer, seconds > Int64(Int32.max) {
            report.problem(deadline, "must be at most \(Int32.max)")
        }
        if let field = spec["parallelism"], let value = field.integer, value > WorkloadValidator.replicaLimit {
            report.problem(field, "\(value) is more than one node runs; at most \(WorkloadValidator.replicaLimit)")
        }
        validateIndexes()
        TemplateValidator(report: report, kind: .job).validate(spec["template"], policies: ["Never", "OnFailure"])
        if let policy = spec["podFailurePolicy"] { validate(policy) }
        if let policy = spec["successPolicy"] { validate(successPolicy: policy) }
    }

    private func validateIndexes() {
        let perIndex = spec["backoffLimitPerIndex"]
        if isIndexed {
            if spec["completions"] == nil {
                let path = JSONPath.join(spec.path, "completions")
                report.problem(path: path, position: spec.node.position, "missing: an Indexed job has so many indexes")
            }
            if let completions = spec["completions"], let count = completions.integer, count > 100_000 {
                report.problem(completions, "\(count) is more than 100000, the most of an Indexed job")
            }
            validateHostName()
        } else {
            if let perIndex { report.problem(perIndex, "is for Indexed jobs only") }
            if let policy = spec["successPolicy"] { report.problem(policy, "is for Indexed jobs only") }
        }
        if let most = spec["maxFailedIndexes"] {
            if perIndex == nil { report.problem(most, "is only for jobs with backoffLimitPerIndex") }
            if let value = most.integer, let count = spec["completions"]?.integer, value > count {
                report.problem(most, "\(value) is more than there are completions (\(count))")
            }
        }
    }

    /// The host name of a pod is `<job>-<index>`, which is a label.
    private func validateHostName() {
        guard let name = object["metadata"]?["name"], let text = name.string,
            let count = spec["completions"]?.integer, count > 0
        else { return }
        let host = "\(text)-\(count - 1)"
        if !NameSyntax.isLabel(host) { report.problem(name, "\"\(host)\" would be the host name of a pod and is no DNS label") }
    }

    private func validate(_ policy: Located) {
        if let restart = spec["template"]?["spec"]?["restartPolicy"], restart.string == "OnFailure" {
            report.problem(restart, "must be Never where there is a podFailurePolicy")
        }
        let rules = policy["rules"]?.elements ?? []
        if rules.count > 20 { report.problem(policy, "has more than 20 rules") }
        let containers = ["containers", "initContainers"].flatMap { spec["template"]?["spec"]?[$0]?.elements ?? [] }
        let names = containers.compactMap { $0["name"]?.string }
        for rule in rules {
            let (codes, conditions) = (rule["onExitCodes"], rule["onPodConditions"])
            switch (codes != nil, !(conditions?.elements.isEmpty ?? true)) {
            case (false, false): report.problem(rule, "needs onExitCodes or onPodConditions")
            case (true, true): report.problem(rule, "may have only one of onExitCodes and onPodConditions")
            default: break
            }
            if rule["action"]?.string == "FailIndex", spec["backoffLimitPerIndex"] == nil {
                report.problem(rule, "FailIndex is only for jobs with backoffLimitPerIndex")
            }
            if let codes { validate(codes, containers: names) }
        }
    }

    private func validate(_ codes: Located, containers: [String]) {
        if let name = codes["containerName"], let text = name.string, !containers.contains(text) {
            report.problem(name, "there is no container \"\(text)\"", suggestion: Nearest.name(to: text, among: containers))
        }
        guard let list = codes["values"] else { return }
        let values = list.elements.compactMap(\.integer)
        if values.isEmpty || values.count > 255 { report.problem(list, "must be from 1 to 255 values") }
        if zip(values, values.dropFirst()).contains(where: { $0 >= $1 }) {
            report.problem(list, "must ascend, each value once")
        }
        if codes["operator"]?.string == "In", values.contains(0) {
            report.problem(list, "0 is the exit code of success")
        }
    }

    private func validate(successPolicy policy: Located) {
        let rules = policy["rules"]?.elements ?? []
        if rules.isEmpty || rules.count > 20 { report.problem(policy, "must have from 1 to 20 rules") }
        let completions = spec["completions"]?.integer ?? 0
        for rule in rules {
            if rule["succeededIndexes"] == nil, rule["succeededCount"] == nil {
                report.problem(rule, "needs succeededIndexes or succeededCount")
            }
            var most = completions
            if let indexes = rule["succeededIndexes"], let text = indexes.string {
                if let set = CompletionIndexes(text), let largest = set.largest {
                    most = Int64(set.count)
                    if Int64(largest) >= completions {
                        report.problem(indexes, "\(largest) is no index of \(completions) completions")
                    }
                } else {
                    report.problem(indexes, "\"\(text)\" is no list of ascending indexes like 0,2-4")
                }
            }
            if let count = rule["succeededCount"], let value = count.integer, !(1...max(1, most)).contains(value) {
                report.problem(count, "\(value) is not from 1 to \(most)")
            }
        }
    }
}
