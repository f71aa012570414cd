import AgentAPI
import Linux
import PodSpec

/// `swiftlet describe deployment` and so on: everything about a workload, for people.
public struct WorkloadDescription: Sendable {
    private static let nameWidth = 28

    private var text = ""
    private let now: Timestamp

    /// The whole text.
    public static func text(of detail: WorkloadDetail, now: Timestamp) -> String {
        var description = WorkloadDescription(now: now)
        description.addObject(detail)
        description.addStatus(detail.object)
        description.addTemplate(detail.object.template)
        description.addEvents(detail.events)
        return description.text
    }

    private init(now: Timestamp) {
        self.now = now
    }

    private mutating func addObject(_ detail: WorkloadDetail) {
        let metadata = detail.object.metadata
        line("Name", metadata.name)
        line("Namespace", metadata.namespace)
        line("Kind", "\(detail.object.kind.rawValue) (\(detail.object.kind.apiVersion))")
        line("UID", metadata.uid)
        line("File", detail.file)
        if let time = metadata.creationTimestamp { line("Created", "\(time) (\(HumanDuration.age(of: time, now: now)) ago)") }
        pairs("Labels", metadata.labels)
        pairs("Annotations", metadata.annotations)
    }

    private mutating func addStatus(_ workload: Workload) {
        switch workload {
        case .deployment(let object):
            guard let status = object.status else { return }
            line("Selector", selector(object.spec.selector))
            line(
                "Replicas",
                "\(object.spec.replicas) desired | \(status.updatedReplicas) updated | \(status.replicas) total | "
                    + "\(status.availableReplicas) available | \(status.unavailableReplicas) unavailable"
            )
            line("StrategyType", object.spec.strategy.type.rawValue)
            line("MinReadySeconds", "\(object.spec.minReadySeconds ?? 0)")
            if let limits = object.spec.strategy.rollingUpdate { line("RollingUpdateStrategy", words(limits)) }
            if object.spec.paused == true { line("Paused", "True") }
            add(status.conditions, status.warnings)
        case .replicaSet(let object):
            guard let status = object.status else { return }
            line("Selector", selector(object.spec.selector))
            line("Replicas", "\(status.replicas) current / \(object.spec.replicas) desired, \(status.readyReplicas) ready")
            add(status.conditions, status.warnings)
        case .daemonSet(let object):
            guard let status = object.status else { return }
            line("Selector", selector(object.spec.selector))
            line("StrategyType", object.spec.updateStrategy.type.rawValue)
            if let limits = object.spec.updateStrategy.rollingUpdate { line("RollingUpdateStrategy", words(limits)) }
            line("Desired", "\(status.desiredNumberScheduled)")
            line("Current", "\(status.currentNumberScheduled)")
            line("Ready", "\(status.numberReady) of \(status.desiredNumberScheduled)")
            line("Up to date", "\(status.updatedNumberScheduled)")
            add(status.conditions, status.warnings)
        case .job(let object):
            addJob(object)
        case .cronJob(let object):
            addCronJob(object)
        }
    }

    private mutating func addJob(_ job: Job) {
        guard let status = job.status else { return }
        line("Parallelism", "\(job.spec.parallelism)")
        line("Completions", job.spec.completions.map { "\($0)" } ?? "<unset>")
        line("Completion Mode", job.spec.completionMode.rawValue)
        line("Suspend", job.spec.suspend == true ? "True" : "False")
        line("Backoff Limit", "\(job.spec.backoffLimit)")
        if let seconds = job.spec.ttlSecondsAfterFinished { line("TTL After Finished", "\(seconds)s") }
        if let start = status.startTime { line("Start Time", start) }
        if let end = status.completionTime {
            line("Completed At", end)
            if let from = status.startTime.flatMap({ Timestamp(rfc3339: $0) }), let to = Timestamp(rfc3339: end) {
                line("Duration", HumanDuration.age(of: from.rfc3339Seconds, now: to))
            }
        }
        if let limit = job.spec.activeDeadlineSeconds { line("Active Deadline Seconds", "\(limit)s") }
        line(
            "Pods Statuses",
            "\(status.active) active (\(status.ready) ready) / \(status.succeeded) succeeded / \(status.failed) failed"
        )
        if let indexes = status.completedIndexes { line("Completed Indexes", indexes.isEmpty ? "<none>" : indexes) }
        if let indexes = status.failedIndexes { line("Failed Indexes", indexes.isEmpty ? "<none>" : indexes) }
        add(status.conditions, status.warnings)
    }

    private mutating func addCronJob(_ object: CronJob) {
        guard let status = object.status else { return }
        line("Schedule", object.spec.schedule)
        line("Time Zone", object.spec.timeZone ?? "<the machine's>")
        line("Concurrency Policy", object.spec.concurrencyPolicy.rawValue)
        line("Suspend", object.spec.suspend ? "True" : "False")
        let (good, bad) = (object.spec.successfulJobsHistoryLimit, object.spec.failedJobsHistoryLimit)
        line("Jobs Kept", "\(good) successful, \(bad) failed")
        line("Starting Deadline Seconds", object.spec.startingDeadlineSeconds.map { "\($0)s" } ?? "<unset>")
        line("Last Schedule Time", status.lastScheduleTime ?? "<unset>")
        line("Last Successful Time", status.lastSuccessfulTime ?? "<unset>")
        line("Next Schedule Time", status.nextScheduleTime ?? "<none>")
        line("Active Jobs", status.active.isEmpty ? "<none>" : status.active.map(\.name).joined(separator: ", "))
        add([], status.warnings)
    }

    private mutating func add(_ conditions: [WorkloadCondition], _ warnings: [String]) {
        if !conditions.isEmpty {
            text += "Conditions:\n"
            addTable(
                ["Type", "Status", "Since", "Reason"],
                conditions.map { condition in
                    let since = condition.lastTransitionTime.map { HumanDuration.age(of: $0, now: now) } ?? "-"
                    let reason = [condition.reason, condition.message].compactMap { $0 }.joined(separator: ": ")
                    return [condition.type, condition.status, since, reason]
                }
            )
        }
        guard !warnings.isEmpty else { return }
        text += "Warnings:\n"
        for warning in warnings { text += "  \(warning)\n" }
    }

    private mutating func addTemplate(_ template: PodTemplate) {
        text += "Pod Template:\n"
        for (key, value) in template.metadata.labels.sorted(by: { $0.key < $1.key }) { text += "  Label: \(key)=\(value)\n" }
        add("Init container", template.spec.initContainers)
        add("Container", template.spec.containers)
        for volume in template.spec.volumes { text += "  Volume \(volume.name): \(PodDescription.words(volume.source))\n" }
    }

    private mutating func add(_ title: String, _ containers: [Container]) {
        for container in containers {
            text += "  \(title) \(container.name): \(container.image)\n"
            let ports = container.ports.map { "\($0.containerPort)/\($0.protocol.rawValue)" }
            if !ports.isEmpty { text += "    Ports: \(ports.joined(separator: ", "))\n" }
            let command = container.command + container.args
            if !command.isEmpty { text += "    Command: \(PodDescription.words(command))\n" }
            for (name, values) in [("Limits", container.resources.limits), ("Requests", container.resources.requests)] {
                let words = values.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
                if !words.isEmpty { text += "    \(name): \(words.joined(separator: ", "))\n" }
            }
            // Names only: a value may be what nobody else is to see.
            if !container.env.isEmpty { text += "    Environment: \(container.env.map(\.name).joined(separator: ", "))\n" }
            for mount in container.volumeMounts { text += "    Mount: \(mount.mountPath) from \(mount.name)\n" }
        }
    }

    private func words(_ limits: RollingUpdate) -> String {
        func word(_ limit: IntOrPercent?) -> String {
            switch limit {
            case .number(let number)?: "\(number)"
            case .percent(let percent)?: "\(percent)%"
            case nil: "0"
            }
        }
        return "\(word(limits.maxUnavailable)) max unavailable, \(word(limits.maxSurge)) max surge"
    }

    private func selector(_ selector: PodSpec.LabelSelector) -> String {
        let labels = selector.matchLabels.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
        let rules = selector.matchExpressions.map { rule in
            let values = rule.values.isEmpty ? "" : " (\(rule.values.joined(separator: ",")))"
            return "\(rule.key) \(rule.operator)\(values)"
        }
        return (labels + rules).isEmpty ? "<none>" : (labels + rules).joined(separator: ",")
    }

    private mutating func addEvents(_ events: [PodEvent]) {
        guard !events.isEmpty else { return }
        text += "Events:\n"
        addTable(
            ["Type", "Reason", "Age", "Message"],
            events.map { event in
                let times = event.count.map { " (x\($0))" } ?? ""
                let age = HumanDuration.age(of: event.time, now: now) + times
                return [event.type.rawValue, event.reason, age, event.message]
            }
        )
    }

    private mutating func pairs(_ name: String, _ values: [String: String]) {
        let sorted = values.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
        line(name, sorted.first ?? "<none>")
        for value in sorted.dropFirst() { text += String(repeating: " ", count: Self.nameWidth) + value + "\n" }
    }

    private mutating func line(_ name: String, _ value: String) {
        let label = "\(name):"
        text += label + String(repeating: " ", count: max(1, Self.nameWidth - label.count)) + value + "\n"
    }

    private mutating func addTable(_ columns: [String], _ rows: [[String]]) {
        var table = TextTable(columns: columns)
        for line in table.render(rows).split(separator: "\n") { text += "  \(line)\n" }
    }
}
