import Linux
import PodEngine
import PodSpec
import Testing

struct CronJobTests {
    private var world = WorkloadWorld()
    private let name = WorkloadName(kind: .cronJob, namespace: "default", name: "tick")

    init() {
        // 2027-01-15T08:00:00Z is the beginning of a minute.
        world.now = Timestamp(seconds: 1_800_000_000)
    }

    private var status: CronJobStatus? {
        guard case .cronJob(let object)? = world.snapshot(name)?.workload else { return nil }
        return object.status
    }

    private var jobs: [String] { world.workloads(.job).map(\.metadata.name) }

    private func events(_ reason: PodReason) -> [PodOccurrence] {
        world.snapshot(name)?.events.filter { $0.reason == reason } ?? []
    }

    @Test mutating func `each minute a job, named by its minute`() throws {
        world.want(WorkloadFixture.cronJob("* * * * *"))
        world.settle()
        #expect(world.names.isEmpty && world.deadline == Timestamp(seconds: 1_800_000_060))
        for minute in 1...3 {
            world.mustWait()
            #expect(jobs.contains("tick-\(30_000_000 + minute)"))
            #expect(status?.active.count == 1)
            world.end(world.running[0])
            world.settle()
        }
        #expect(world.made.count == 3 && jobs.count == 3)
        #expect(world.made.allSatisfy { $0.hasPrefix("tick-3000000") })
        #expect(status?.lastScheduleTime == Timestamp(seconds: 1_800_000_180).rfc3339Seconds)
        #expect(status?.lastSuccessfulTime != nil && status?.active.isEmpty == true)
        guard case .job(let job) = world.workloads(.job)[0] else { return #expect(Bool(false)) }
        #expect(job.metadata.annotations["batch.kubernetes.io/cronjob-scheduled-timestamp"] != nil)
        #expect(job.metadata.ownerReferences.first?["kind"]?.stringValue == "CronJob")
        // The history is bounded.
        world.mustWait()
        world.end(world.running[0])
        world.settle()
        #expect(jobs == ["tick-30000002", "tick-30000003", "tick-30000004"])
    }

    @Test mutating func `no time is served twice, whenever the agent is killed`() {
        world.want(WorkloadFixture.cronJob("* * * * *") { $0.successfulJobsHistoryLimit = 1 })
        world.settle()
        for _ in 0..<20 {
            world.restart()
            _ = world.wait()
            world.restart()
            world.settle()
            if let name = world.running.first { world.end(name) }
            world.restart()
            world.settle()
        }
        #expect(world.made.count == 20 && Set(world.made.map { $0.prefix(13) }).count == 20)
    }

    @Test mutating func `of the times that were missed, the last one is made up for`() {
        world.want(WorkloadFixture.cronJob("*/5 * * * *"))
        world.settle()
        world.restart()
        world.advance(7 * 86_400 + 130)
        world.settle()
        #expect(world.made.count == 1 && jobs == ["tick-\(30_000_000 + 7 * 1440)"])
        #expect(world.deadline == Timestamp(seconds: 1_800_000_000 + 7 * 86_400 + 300))
    }

    @Test mutating func `too late is too late`() {
        world.want(WorkloadFixture.cronJob("0 * * * *") { $0.startingDeadlineSeconds = 60 })
        world.settle()
        world.advance(3600 + 61)
        world.settle()
        #expect(world.made.isEmpty && events(.missSchedule).count == 1)
        world.advance(3600 - 1)
        world.settle()
        #expect(world.made.count == 1)
    }

    @Test mutating func `Forbid waits for the one that runs, and makes up for it`() {
        world.want(WorkloadFixture.cronJob("* * * * *") { $0.concurrencyPolicy = .forbid })
        world.settle()
        _ = world.wait()
        let first = world.running
        for _ in 0..<5 { _ = world.wait() }
        #expect(world.running == first && events(.jobAlreadyActive).count == 1)
        world.end(first[0])
        world.settle()
        #expect(jobs.count == 2 && world.running.count == 1)
        #expect(jobs.last == "tick-30000006")
    }

    @Test mutating func `Replace ends the one that runs; Allow does not`() {
        world.want(WorkloadFixture.cronJob("* * * * *") { $0.concurrencyPolicy = .replace })
        world.settle()
        _ = world.wait()
        let first = world.running
        _ = world.wait()
        #expect(world.running.count == 1 && world.running != first)
        var other = WorkloadWorld()
        other.now = Timestamp(seconds: 1_800_000_000)
        other.want(WorkloadFixture.cronJob("* * * * *"))
        other.settle()
        for _ in 0..<3 { _ = other.wait() }
        #expect(other.running.count == 3)
    }

    @Test mutating func `an hour back runs nothing twice, an hour forward what is due`() {
        world.want(WorkloadFixture.cronJob("*/10 * * * *"))
        world.settle()
        _ = world.wait()
        #expect(world.made.count == 1)
        world.advance(-3600)
        world.settle()
        for _ in 0..<2 { _ = world.wait() }
        #expect(world.made.count == 3, "\(world.made)")
        #expect(Set(world.made.map { $0.prefix(13) }).count == 3)
        world.advance(3600)
        world.settle()
        #expect(world.made.count == 4)
    }

    @Test mutating func `a clock that was years ahead does not stop it for years`() {
        world.now = Timestamp(seconds: 2_145_916_800)
        world.want(WorkloadFixture.cronJob("* * * * *"))
        world.settle()
        _ = world.wait()
        #expect(world.made.count == 1)
        world.now = Timestamp(seconds: 1_800_000_000)
        world.settle()
        #expect(events(.clockSetBack).count == 1)
        world.mustWait()
        #expect(world.made.count == 2 && world.now == Timestamp(seconds: 1_800_000_060))
    }

    @Test mutating func `its zone is its own, and an unknown one is said`() {
        world.want(
            WorkloadFixture.cronJob("0 12 * * *") { $0.timeZone = "Europe/Berlin" }
        )
        world.settle()
        #expect(status?.nextScheduleTime == "2027-01-15T11:00:00Z")
        var lost = WorkloadWorld()
        lost.want(WorkloadFixture.cronJob("* * * * *") { $0.timeZone = "Mars/Olympus" })
        lost.settle()
        #expect(lost.deadline == nil)
        guard case .cronJob(let object)? = lost.snapshot(name)?.workload else { return #expect(Bool(false)) }
        #expect(object.status?.warnings.contains { $0.contains("knows no time zone \"Mars/Olympus\"") } == true)
    }

    @Test mutating func `suspended it waits for nothing; a changed schedule makes up for nothing`() {
        world.want(WorkloadFixture.cronJob("* * * * *") { $0.suspend = true })
        world.settle()
        #expect(world.deadline == nil && status?.nextScheduleTime == nil)
        world.advance(36_000)
        world.want(WorkloadFixture.cronJob("*/2 * * * *"))
        world.settle()
        #expect(world.made.isEmpty)
        _ = world.wait()
        #expect(world.made.count == 1)
    }

    @Test mutating func `failed jobs have a history of their own, and a job may go by its time to live`() {
        world.want(
            WorkloadFixture.cronJob("* * * * *") {
                $0.jobTemplate.spec.backoffLimit = 0
                $0.jobTemplate.spec.ttlSecondsAfterFinished = 200
            }
        )
        world.settle()
        for _ in 0..<3 {
            while world.running.isEmpty { _ = world.wait() }
            world.end(world.running[0], code: 1)
            world.settle()
        }
        #expect(jobs.count == 1)
        world.want(WorkloadFixture.cronJob("* * * * *") { $0.suspend = true })
        world.settle()
        world.mustWait()
        #expect(jobs.isEmpty && world.names.isEmpty)
    }
}
