import Linux
import PodSpec

/// Starts a job each time a schedule comes round, and looks after the jobs that it started.
package struct CronController: Sendable {
    let object: CronJob
    let mold: PodMold
    let circumstances: WorkloadCircumstances

    private var now: Timestamp { circumstances.now }

    /// A clock that was this far ahead of the present was wrong. (The limit of cron(8).)
    private static let plausible: Int64 = 3 * 3600

    package init(_ object: CronJob, mold: PodMold, in circumstances: WorkloadCircumstances) {
        self.object = object
        self.mold = mold
        self.circumstances = circumstances
    }

    /// What `CronState.schedule` is compared with.
    package static func schedule(of spec: CronJobSpec) -> String { "\(spec.timeZone ?? "") \(spec.schedule)" }

    /// Takes the next step. Answers when to look again if nothing happens.
    package func reconcile(_ state: inout CronState, _ events: inout PodEventLog) -> Timestamp? {
        var deadlines: [Timestamp?] = []
        let schedule = Self.schedule(of: object.spec)
        if state.schedule != schedule {
            // The times that the new one would have had are nobody's.
            state.schedule = schedule
            state.since = now.seconds
        }
        if state.since > now.seconds + Self.plausible {
            events.note(.warning, .clockSetBack, "The clock was set back: the schedule goes on from now", at: now)
            state.since = now.seconds
        }
        deadlines.append(runJobs(&state, &events))
        if !object.spec.suspend {
            deadlines.append(start(&state, &events))
            // A job that has just begun makes its first pods.
            deadlines.append(runJobs(&state, &events))
        }
        forget(&state)
        return deadlines.compactMap { $0 }.min()
    }

    private func runJobs(_ state: inout CronState, _ events: inout PodEventLog) -> Timestamp? {
        var deadlines: [Timestamp?] = []
        for place in state.jobs.indices {
            let controller = JobController(state.jobs[place], namespace: object.metadata.namespace, in: circumstances)
            let wasFinished = state.jobs[place].isFinished
            deadlines.append(controller.reconcile(&state.jobs[place], &events))
            let job = state.jobs[place]
            guard job.isFinished, !wasFinished else { continue }
            let word = job.hasSucceeded == true ? "Complete" : "Failed"
            events.note(.normal, .sawCompletedJob, "Saw completed job: \(job.name), condition: \(word)", at: now)
            if job.hasSucceeded == true { state.lastSuccess = max(now, state.lastSuccess ?? now) }
        }
        state.jobs.removeAll { $0.times.isExpired }
        return deadlines.compactMap { $0 }.min()
    }

    /// Starts the job of the latest time that has not been served, if there is one and it may.
    private func start(_ state: inout CronState, _ events: inout PodEventLog) -> Timestamp? {
        guard let zone = circumstances.zone(object.spec.timeZone) else {
            let name = object.spec.timeZone ?? ""
            events.note(.warning, .unknownTimeZone, "The machine knows no time zone \"\(name)\"", at: now)
            return nil
        }
        // It was checked when the manifest was read.
        guard let schedule = try? CronSchedule(object.spec.schedule) else { return nil }
        let seconds = now.seconds
        let next = schedule.next(after: max(state.since, seconds), in: zone).map { Timestamp(seconds: $0) }
        guard let due = schedule.latest(after: state.since, through: seconds, in: zone) else {
            // `@every` counts from the last one, not from now.
            return schedule.next(after: state.since, in: zone).map { Timestamp(seconds: $0) }
        }
        if let limit = object.spec.startingDeadlineSeconds, due + limit < seconds {
            let text = Timestamp(seconds: due).rfc3339Seconds
            events.note(.warning, .missSchedule, "Missed scheduled time to start a job: \(text)", at: now)
            state.since = due
            return schedule.next(after: due, in: zone).map { Timestamp(seconds: $0) }
        }
        let active = state.jobs.filter { !$0.isFinished }
        switch object.spec.concurrencyPolicy {
        case .forbid where !active.isEmpty:
            // It is made up for when the other has ended, unless it is too late then.
            let message = "Not starting job because prior execution is running and concurrency policy is Forbid"
            events.note(.normal, .jobAlreadyActive, message, at: now)
            return next
        case .replace:
            for job in active {
                state.jobs.removeAll { $0.uid == job.uid }
                events.note(.normal, .successfulDelete, "Deleted job \(job.name)", at: now)
            }
        case .allow, .forbid:
            break
        }
        begin(due, &state, &events)
        return schedule.next(after: due, in: zone).map { Timestamp(seconds: $0) }
    }

    private func begin(_ due: Int64, _ state: inout CronState, _ events: inout PodEventLog) {
        state.since = due
        state.lastScheduledFor = due
        // A schedule may come more often than each minute (`@every 10s`): such jobs are told apart by seconds.
        var name = "\(object.metadata.name)-\(due / 60)"
        if state.jobs.contains(where: { $0.name == name }) { name += "-\(due % 60)" }
        let identity = "\(object.metadata.uid) \(due) \(now)"
        let uid = PodIdentity.uid(namespace: object.metadata.namespace, name: name, fingerprint: identity)
        var job = JobState(
            name: name,
            uid: uid,
            createdAt: now,
            spec: object.spec.jobTemplate.spec,
            mold: mold
        )
        job.scheduledFor = due
        state.jobs.append(job)
        events.note(.normal, .successfulCreate, "Created job \(name)", at: now)
    }

    /// Jobs that have ended stay to be looked at, so many of each sort.
    private func forget(_ state: inout CronState) {
        let limits = [
            (true, Int(object.spec.successfulJobsHistoryLimit)), (false, Int(object.spec.failedJobsHistoryLimit)),
        ]
        for (isSuccess, limit) in limits {
            let ended = state.jobs.filter { $0.hasSucceeded == isSuccess }.sorted { $0.createdAt < $1.createdAt }
            let gone = Set(ended.dropLast(limit).map(\.uid))
            state.jobs.removeAll { gone.contains($0.uid) }
        }
    }

    // MARK: What comes of it

    package func wanted(_ state: CronState, file: String) -> [DesiredPod] {
        state.jobs.flatMap { job in
            JobController(job, namespace: object.metadata.namespace, in: circumstances).wanted(job, file: file)
        }
    }

    package func status(_ state: CronState) -> CronJobStatus {
        var status = CronJobStatus()
        status.active = state.jobs.filter { !$0.isFinished }.map { job in
            CronJobStatus.Reference(namespace: object.metadata.namespace, name: job.name, uid: job.uid)
        }
        status.lastScheduleTime = state.lastScheduledFor.map { Timestamp(seconds: $0).rfc3339Seconds }
        status.lastSuccessfulTime = state.lastSuccess?.rfc3339Seconds
        if !object.spec.suspend, let zone = circumstances.zone(object.spec.timeZone),
            // It was checked when the manifest was read.
            let schedule = try? CronSchedule(object.spec.schedule)
        {
            let next = schedule.next(after: max(state.since, now.seconds), in: zone)
            status.nextScheduleTime = next.map { Timestamp(seconds: $0).rfc3339Seconds }
        }
        status.warnings = mold.warnings
        if circumstances.zone(object.spec.timeZone) == nil {
            status.warnings.append("spec.timeZone: the machine knows no time zone \"\(object.spec.timeZone ?? "")\"")
        }
        return status
    }

    /// The jobs as objects of their own.
    package func jobs(_ state: CronState) -> [Job] {
        state.jobs.map { job in
            var metadata = ObjectMeta(name: job.name, namespace: object.metadata.namespace, uid: job.uid)
            metadata.labels = object.spec.jobTemplate.metadata.labels
            metadata.annotations = object.spec.jobTemplate.metadata.annotations
            if let due = job.scheduledFor {
                let text = Timestamp(seconds: due).rfc3339Seconds
                metadata.annotations["batch.kubernetes.io/cronjob-scheduled-timestamp"] = text
            }
            metadata.creationTimestamp = job.createdAt.rfc3339Seconds
            // What a CronJob has made nobody changes.
            metadata.generation = 1
            let owner = PodOwner(
                kind: .cronJob,
                namespace: object.metadata.namespace,
                name: object.metadata.name,
                uid: object.metadata.uid
            )
            metadata.ownerReferences = [owner.reference]
            let status = JobController(job, namespace: metadata.namespace, in: circumstances).status(job)
            return Job(metadata: metadata, spec: job.spec, status: status)
        }
    }
}
