import Linux
import PodSpec

/// The tables of `swiftlet get deployments`, `jobs` and so on, with kubectl's columns.
public struct WorkloadTable: Sendable {
    public let kind: WorkloadKind
    public let showsNamespace: Bool
    private var table: TextTable

    public init(_ kind: WorkloadKind, showsNamespace: Bool) {
        self.kind = kind
        self.showsNamespace = showsNamespace
        let columns =
            switch kind {
            case .deployment: ["NAME", "READY", "UP-TO-DATE", "AVAILABLE", "AGE"]
            case .replicaSet: ["NAME", "DESIRED", "CURRENT", "READY", "AGE"]
            case .daemonSet: ["NAME", "DESIRED", "CURRENT", "READY", "UP-TO-DATE", "AVAILABLE", "AGE"]
            case .job: ["NAME", "STATUS", "COMPLETIONS", "DURATION", "AGE"]
            case .cronJob: ["NAME", "SCHEDULE", "TIMEZONE", "SUSPEND", "ACTIVE", "LAST SCHEDULE", "AGE"]
            }
        table = TextTable(columns: (showsNamespace ? ["NAMESPACE"] : []) + columns)
    }

    public var columns: [String] { table.columns }

    public mutating func render(_ workloads: [Workload], now: Timestamp) -> String {
        table.render(workloads.map { row($0, now: now) })
    }

    /// The cells of one, under `columns`.
    public func row(_ workload: Workload, now: Timestamp) -> [String] {
        let metadata = workload.metadata
        let age = HumanDuration.age(of: metadata.creationTimestamp, now: now)
        var cells = [metadata.name]
        switch workload {
        case .deployment(let object):
            let status = object.status ?? DeploymentStatus()
            cells += ["\(status.readyReplicas)/\(object.spec.replicas)", "\(status.updatedReplicas)"]
            cells.append("\(status.availableReplicas)")
        case .replicaSet(let object):
            let status = object.status ?? ReplicaSetStatus()
            cells += ["\(object.spec.replicas)", "\(status.replicas)", "\(status.readyReplicas)"]
        case .daemonSet(let object):
            let status = object.status ?? DaemonSetStatus()
            cells += ["\(status.desiredNumberScheduled)", "\(status.currentNumberScheduled)", "\(status.numberReady)"]
            cells += ["\(status.updatedNumberScheduled)", "\(status.numberAvailable)"]
        case .job(let object):
            cells += jobCells(object, now: now)
        case .cronJob(let object):
            let status = object.status ?? CronJobStatus()
            cells += [object.spec.schedule, object.spec.timeZone ?? "<none>", object.spec.suspend ? "True" : "False"]
            cells.append("\(status.active.count)")
            cells.append(status.lastScheduleTime.map { HumanDuration.age(of: $0, now: now) } ?? "<none>")
        }
        return (showsNamespace ? [metadata.namespace] : []) + cells + [age]
    }

    private func jobCells(_ job: Job, now: Timestamp) -> [String] {
        let status = job.status ?? JobStatus()
        let truths = status.conditions.filter { $0.status == "True" }.map(\.type)
        let words = ["Complete", "Failed", "Suspended", "FailureTarget", "SuccessCriteriaMet"]
        let word = words.first(where: truths.contains) ?? "Running"
        let wanted = job.spec.completions.map { "\($0)" } ?? (job.spec.parallelism > 1 ? "1 of \(job.spec.parallelism)" : "1")
        var duration = "<none>"
        if let start = status.startTime.flatMap({ Timestamp(rfc3339: $0) }) {
            let end = status.completionTime.flatMap { Timestamp(rfc3339: $0) } ?? now
            duration = HumanDuration.text(seconds: end.since(start).components.seconds)
        }
        return [word, "\(status.succeeded)/\(wanted)", duration]
    }
}
