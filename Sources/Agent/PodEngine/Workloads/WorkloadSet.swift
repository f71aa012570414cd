import Linux
import PodSpec

/// All workloads: what is remembered of each, and what follows from it. No I/O.
package struct WorkloadSet: Sendable {
    /// By name; what is to be on disk.
    package private(set) var records: [WorkloadName: WorkloadRecord] = [:]
    private var events: [WorkloadName: PodEventLog] = [:]

    /// - Parameter records: what earlier agents wrote down.
    package init(_ records: [WorkloadRecord] = []) {
        for record in records { self.records[record.name] = record }
    }

    package var isEmpty: Bool { records.isEmpty }

    /// The pods that are remembered of workloads that are still wanted: what must go on before anything is known of how it is.
    package func remembered(_ wanted: [WorkloadName: DesiredWorkload]) -> [DesiredPod] {
        let nothing = WorkloadCircumstances(now: Timestamp(seconds: 0), pods: [])
        return records.values.filter { wanted[$0.name] != nil }.flatMap { pods(of: $0, in: nothing) }
    }

    /// Takes the next step of each workload. Answers when to look again if nothing happens.
    package mutating func reconcile(
        _ wanted: [WorkloadName: DesiredWorkload],
        in circumstances: WorkloadCircumstances
    ) -> Timestamp? {
        for name in records.keys where wanted[name] == nil {
            records[name] = nil
            events[name] = nil
        }
        var deadlines: [Timestamp] = []
        for (name, desired) in wanted {
            var log = events[name] ?? PodEventLog()
            var record = records[name] ?? WorkloadRecord(desired, createdAt: circumstances.now, state: .beginning(of: desired, at: circumstances.now))
            if let deadline = step(&record, desired, in: circumstances, &log) { deadlines.append(deadline) }
            records[name] = record
            events[name] = log
        }
        return deadlines.min()
    }

    private func step(
        _ record: inout WorkloadRecord,
        _ desired: DesiredWorkload,
        in circumstances: WorkloadCircumstances,
        _ log: inout PodEventLog
    ) -> Timestamp? {
        let before = record.decoded
        record.decoded = desired.decoded
        var generation = record.generation ?? 1
        if !before.workload.hasSpec(of: desired.decoded.workload) { generation += 1 }
        defer { record.generation = generation }
        record.file = desired.file
        switch record.state {
        case .replicas(var state):
            defer { record.state = .replicas(state) }
            return replicaController(record, in: circumstances)?.reconcile(&state, &log)
        case .job(var state):
            defer { record.state = .job(state) }
            guard case .job(let job) = desired.decoded.workload else { return nil }
            if before.written.spec != desired.decoded.written.spec {
                state = JobState(job, of: desired.decoded, at: circumstances.now)
                record.createdAt = circumstances.now
                // Another object under the same name.
                generation = 1
                log.note(.normal, .jobReplaced, "The manifest has changed: the job begins anew", at: circumstances.now)
            } else {
                state.spec.takeOver(job.spec)
            }
            let controller = JobController(state, namespace: job.metadata.namespace, in: circumstances)
            return controller.reconcile(&state, &log)
        case .cron(var state):
            defer { record.state = .cron(state) }
            return cronController(record, in: circumstances)?.reconcile(&state, &log)
        }
    }

    private func replicaController(
        _ record: WorkloadRecord,
        in circumstances: WorkloadCircumstances
    ) -> ReplicaController? {
        let mold = PodMold(record.decoded)
        let plan: ReplicaPlan
        switch record.decoded.workload {
        case .deployment(let object): plan = ReplicaPlan(object.spec, hostPorts: mold.usesHostPorts)
        case .replicaSet(let object): plan = ReplicaPlan(object.spec)
        case .daemonSet(let object): plan = ReplicaPlan(object.spec, hostPorts: mold.usesHostPorts)
        case .job, .cronJob: return nil
        }
        let metadata = record.decoded.workload.metadata
        let owner = PodOwner(
            kind: record.name.kind,
            namespace: metadata.namespace,
            name: metadata.name,
            uid: metadata.uid
        )
        return ReplicaController(
            plan,
            owner: owner,
            mold: mold,
            template: record.decoded.written.template,
            in: circumstances
        )
    }

    private func cronController(_ record: WorkloadRecord, in circumstances: WorkloadCircumstances) -> CronController? {
        guard case .cronJob(let object) = record.decoded.workload else { return nil }
        return CronController(object, mold: PodMold(record.decoded), in: circumstances)
    }

    // MARK: What comes of it

    /// All pods that are wanted now.
    package func pods(in circumstances: WorkloadCircumstances) -> [DesiredPod] {
        records.values.flatMap { pods(of: $0, in: circumstances) }
    }

    private func pods(of record: WorkloadRecord, in circumstances: WorkloadCircumstances) -> [DesiredPod] {
        switch record.state {
        case .replicas(let state):
            return replicaController(record, in: circumstances)?.wanted(state, file: record.file) ?? []
        case .job(let state):
            let controller = JobController(state, namespace: record.name.namespace, in: circumstances)
            return controller.wanted(state, file: record.file)
        case .cron(let state):
            return cronController(record, in: circumstances)?.wanted(state, file: record.file) ?? []
        }
    }

    /// All workloads with their status, the jobs of CronJobs included, by kind, namespace and name.
    package func snapshots(in circumstances: WorkloadCircumstances) -> [WorkloadSnapshot] {
        records.values.flatMap { record in
            objects(of: record, in: circumstances).map { workload in
                let events = events[record.name]?.entries ?? []
                // A CronJob tells its jobs' events with its own.
                return WorkloadSnapshot(
                    workload: workload,
                    file: record.file,
                    events: workload.name == record.name ? events : []
                )
            }
        }.sorted { $0.name < $1.name }
    }

    private func objects(of record: WorkloadRecord, in circumstances: WorkloadCircumstances) -> [Workload] {
        var workload = record.decoded.workload
        workload.metadata.creationTimestamp = record.createdAt.rfc3339Seconds
        let generation = record.generation ?? 1
        workload.metadata.generation = generation
        let replicas = replicaController(record, in: circumstances)
        switch (workload, record.state) {
        case (.deployment(var object), .replicas(let state)):
            object.status = replicas?.status(state)
            // A record is the state that its spec has led to: they are written as one.
            object.status?.observedGeneration = generation
            object.metadata.annotations["deployment.kubernetes.io/revision"] = state.revisions.last.map { "\($0.number)" }
            return [.deployment(object)]
        case (.replicaSet(var object), .replicas(let state)):
            object.status = replicas?.replicaSetStatus(state)
            object.status?.observedGeneration = generation
            return [.replicaSet(object)]
        case (.daemonSet(var object), .replicas(let state)):
            object.status = replicas?.daemonSetStatus(state)
            object.status?.observedGeneration = generation
            return [.daemonSet(object)]
        case (.job(var object), .job(let state)):
            // As in a cluster, it is not there any more.
            if state.times.isExpired { return [] }
            object.metadata.uid = state.uid
            let controller = JobController(state, namespace: object.metadata.namespace, in: circumstances)
            object.status = controller.status(state)
            return [.job(object)]
        case (.cronJob(var object), .cron(let state)):
            let controller = CronController(object, mold: PodMold(record.decoded), in: circumstances)
            object.status = controller.status(state)
            return [.cronJob(object)] + controller.jobs(state).map { .job($0) }
        default:
            return [workload]
        }
    }
}

extension WorkloadRecord.State {
    /// The state of what has just appeared.
    static func beginning(of desired: DesiredWorkload, at now: Timestamp) -> WorkloadRecord.State {
        switch desired.decoded.workload {
        case .deployment, .replicaSet, .daemonSet: .replicas(ReplicaState())
        case .job(let job): .job(JobState(job, of: desired.decoded, at: now))
        case .cronJob(let object): .cron(CronState(createdAt: now, schedule: CronController.schedule(of: object.spec)))
        }
    }
}

extension JobState {
    /// A job that begins. Its UID is another one each time, so that its pods are not taken for those of the one before.
    init(_ job: Job, of decoded: DecodedWorkload, at now: Timestamp) {
        let identity = "\(job.metadata.uid) \(decoded.written.spec) \(now)"
        let uid = PodIdentity.uid(namespace: job.metadata.namespace, name: job.metadata.name, fingerprint: identity)
        self.init(name: job.metadata.name, uid: uid, createdAt: now, spec: job.spec, mold: PodMold(decoded))
    }
}

extension JobSpec {
    /// What may be changed of a job that there is.
    mutating func takeOver(_ other: JobSpec) {
        parallelism = other.parallelism
        suspend = other.suspend
        activeDeadlineSeconds = other.activeDeadlineSeconds
        ttlSecondsAfterFinished = other.ttlSecondsAfterFinished
    }
}
