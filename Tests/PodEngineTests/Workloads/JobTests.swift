import Linux
import PodEngine
import PodSpec
import Testing

struct JobTests {
    private var world = WorkloadWorld()
    private let name = WorkloadName(kind: .job, namespace: "default", name: "work")

    private var status: JobStatus? {
        guard case .job(let object)? = world.snapshot(name)?.workload else { return nil }
        return object.status
    }

    private func isTrue(_ type: String) -> String? {
        status?.conditions.first { $0.type == type && $0.status == "True" }.map { $0.reason ?? "" }
    }

    private func start(_ change: (inout JobSpec) -> Void = { _ in }) -> WorkloadWorld {
        var world = world
        world.want(WorkloadFixture.job(change: change))
        world.settle()
        return world
    }

    @Test mutating func `a job that begins anew is another object, and one that may go on has one spec more`() {
        func generation() -> Int64? { world.snapshot(name)?.workload.metadata.generation }
        world = start()
        #expect(generation() == 1)
        world.want(WorkloadFixture.job { $0.parallelism = 3 })
        world.settle()
        #expect(generation() == 2)
        world.want(WorkloadFixture.job("2"))
        world.settle()
        #expect(generation() == 1)
    }

    @Test mutating func `one pod that succeeds is a job`() throws {
        world = start()
        #expect(world.names.count == 1 && world.names[0].hasPrefix("work-") && world.names[0].count == 10)
        let pod = try #require(world.desired.first).pod
        #expect(pod.metadata.labels["job-name"] == "work" && pod.metadata.labels["batch.kubernetes.io/job-name"] == "work")
        #expect(pod.metadata.ownerReferences.first?["kind"]?.stringValue == "Job")
        #expect(status?.active == 1 && status?.startTime != nil)
        world.advance(5)
        world.end(world.names[0])
        world.settle()
        #expect(isTrue("Complete") == "CompletionsReached" && status?.succeeded == 1 && status?.active == 0)
        #expect(status?.completionTime == world.now.rfc3339Seconds)
        #expect(world.names.count == 1, "the pod stays to be looked at")
        world.restart()
        world.advance(1000)
        world.settle()
        #expect(world.made.count == 1 && status?.succeeded == 1)
    }

    @Test mutating func `never more at a time than parallelism, never more in all than completions`() {
        world = start {
            $0.completions = 7
            $0.parallelism = 3
        }
        while let name = world.running.first {
            #expect(world.running.count <= 3)
            world.end(name)
            // An agent that is killed at any point goes on where the other was.
            world.restart()
            world.settle()
        }
        #expect(world.made.count == 7 && status?.succeeded == 7 && isTrue("Complete") != nil)
    }

    @Test mutating func `failures are tried again, later and later, up to the limit`() {
        world = start { $0.backoffLimit = 3 }
        var waits: [Int64] = []
        for _ in 0..<3 {
            world.end(world.running[0], code: 1)
            world.settle()
            #expect(world.running.isEmpty)
            let before = world.now
            world.mustWait()
            waits.append(world.now.since(before).components.seconds)
        }
        #expect(waits == [10, 20, 40])
        world.end(world.running[0], code: 1)
        world.settle()
        #expect(isTrue("Failed") == "BackoffLimitExceeded" && status?.failed == 4 && world.made.count == 4)
        #expect(world.deadline == nil)
    }

    @Test mutating func `a limit of nothing ends what runs beside the first failure`() {
        world.endsAtOnce = false
        world = start {
            $0.completions = 3
            $0.parallelism = 3
            $0.backoffLimit = 0
        }
        world.end(world.names[1], code: 2)
        world.settle()
        #expect(isTrue("FailureTarget") == "BackoffLimitExceeded" && isTrue("Failed") == nil)
        #expect(world.running.isEmpty && status?.terminating == 2)
        for pod in world.pods.values where pod.isTerminating { world.pods[pod.name] = nil }
        world.settle()
        #expect(isTrue("Failed") == "BackoffLimitExceeded" && status?.failed == 3)
    }

    @Test mutating func `a work queue ends with its first success, when the others have ended`() {
        world = start {
            $0.completions = nil
            $0.parallelism = 3
        }
        let names = world.running
        world.end(names[0])
        world.settle()
        #expect(world.running.count == 2 && isTrue("Complete") == nil)
        world.end(names[1], code: 1)
        world.settle()
        #expect(world.running.count == 1 && world.made.count == 3, "no more are begun")
        world.end(names[2])
        world.settle()
        #expect(isTrue("Complete") != nil && status?.succeeded == 2)
    }

    @Test mutating func `each index succeeds once, and knows its number`() throws {
        world = start {
            $0.completions = 4
            $0.parallelism = 2
            $0.completionMode = .indexed
        }
        let pods = world.desired.map(\.pod).sorted { $0.metadata.name < $1.metadata.name }
        #expect(pods.map { $0.metadata.name.prefix(7) } == ["work-0-", "work-1-"])
        let pod = pods[1]
        #expect(pod.metadata.annotations["batch.kubernetes.io/job-completion-index"] == "1")
        #expect(pod.spec.hostname == "work-1")
        let variable = try #require(pod.spec.containers[0].env.first { $0.name == "JOB_COMPLETION_INDEX" })
        #expect(variable.valueFrom?.fieldRef?.fieldPath == "metadata.labels['batch.kubernetes.io/job-completion-index']")
        world.end(world.running[1])
        world.settle()
        #expect(world.running.map { $0.prefix(6) } == ["work-0", "work-2"])
        world.end(world.running[0], code: 1)
        world.settle()
        while isTrue("Complete") == nil {
            if world.running.isEmpty { world.mustWait() }
            if let name = world.running.first { world.end(name) }
            world.settle()
        }
        #expect(status?.completedIndexes == "0-3" && status?.failed == 1 && world.made.count == 5)
    }

    @Test mutating func `a limit by index spares the other indexes`() {
        world = start {
            $0.completions = 3
            $0.parallelism = 3
            $0.completionMode = .indexed
            $0.backoffLimitPerIndex = 1
            $0.backoffLimit = .max
        }
        for _ in 0..<2 {
            guard let name = world.running.first(where: { $0.hasPrefix("work-1-") }) else { break }
            world.end(name, code: 1)
            world.settle()
            if world.running.count < 3, status?.failedIndexes == "" { _ = world.wait() }
        }
        #expect(status?.failedIndexes == "1" && world.running.count == 2)
        for name in world.running { world.end(name) }
        world.settle()
        #expect(isTrue("Failed") == "FailedIndexes" && status?.completedIndexes == "0,2")
    }

    @Test mutating func `a success policy needs not all of them`() {
        world = start {
            $0.completions = 5
            $0.parallelism = 5
            $0.completionMode = .indexed
            $0.successPolicy = SuccessPolicy(rules: [SuccessPolicy.Rule(succeededIndexes: "0-2", succeededCount: 2)])
        }
        world.end(world.running[3])
        world.settle()
        #expect(world.running.count == 4)
        for name in world.running.prefix(2) { world.end(name) }
        world.settle()
        #expect(isTrue("Complete") == "SuccessPolicy" && world.running.isEmpty && status?.succeeded == 3)
    }

    @Test mutating func `a rule for exit codes decides`() {
        let policy = PodFailurePolicy(rules: [
            PodFailurePolicy.Rule(.ignore, onExitCodes: .init(operator: "In", values: [7])),
            PodFailurePolicy.Rule(.failJob, onExitCodes: .init(containerName: "main", operator: "In", values: [42])),
        ])
        world = start {
            $0.backoffLimit = 0
            $0.podFailurePolicy = policy
        }
        world.end(world.running[0], code: 7)
        world.settle()
        #expect(isTrue("Failed") == nil && status?.failed == 1 && world.running.count == 1)
        world.end(world.running[0], code: 42)
        world.settle()
        #expect(isTrue("Failed") == "PodFailurePolicy")
    }

    @Test mutating func `its time is limited, whatever the clock does`() {
        world = start { $0.activeDeadlineSeconds = 100 }
        #expect(world.deadline == world.now.advanced(by: .seconds(100)))
        world.advance(60)
        world.settle()
        // An hour back: it neither ends now nor in an hour.
        world.advance(-3600)
        world.settle()
        #expect(isTrue("Failed") == nil && world.deadline == world.now.advanced(by: .seconds(100)))
        world.mustWait()
        #expect(isTrue("Failed") == "DeadlineExceeded" && world.running.isEmpty && status?.failed == 1)
    }

    @Test mutating func `it goes after its time to live, and is not done again`() {
        world = start { $0.ttlSecondsAfterFinished = 30 }
        world.end(world.names[0])
        world.settle()
        #expect(world.deadline == world.now.advanced(by: .seconds(30)))
        world.advance(-7200)
        world.settle()
        #expect(world.names.count == 1)
        world.mustWait()
        #expect(world.names.isEmpty && world.snapshot(name) == nil)
        world.restart()
        world.advance(100_000)
        world.settle()
        #expect(world.made.count == 1)
        // Another job of the name is another job.
        world.want(WorkloadFixture.job("2"))
        world.settle()
        #expect(world.made.count == 2 && status?.active == 1)
    }

    @Test mutating func `suspended, nothing runs and no time passes`() {
        world = start { $0.suspend = true }
        #expect(world.names.isEmpty && isTrue("Suspended") == "JobSuspended" && status?.startTime == nil)
        world.want(WorkloadFixture.job { $0.parallelism = 1 })
        world.settle()
        #expect(world.running.count == 1 && isTrue("Suspended") == nil)
        world.want(WorkloadFixture.job { $0.suspend = true })
        world.settle()
        #expect(world.names.isEmpty && status?.failed == 0, "broken off is not failed")
    }

    @Test mutating func `a changed job begins anew, with an event`() throws {
        world = start()
        world.end(world.names[0])
        world.settle()
        world.want(WorkloadFixture.job("2"))
        world.settle()
        #expect(world.running.count == 1 && status?.succeeded == 0)
        let events = try #require(world.snapshot(name)).events
        #expect(events.contains { $0.reason == .jobReplaced })
    }

    @Test mutating func `OnFailure counts starts of containers`() {
        world = start {
            $0.template = WorkloadFixture.template(policy: .onFailure)
            $0.backoffLimit = 2
        }
        let pod = world.names[0]
        world.pods[pod]?.restarts = 1
        world.settle()
        #expect(isTrue("Failed") == nil)
        world.pods[pod]?.restarts = 2
        world.settle()
        #expect(isTrue("Failed") == "BackoffLimitExceeded")
    }

    @Test mutating func `ten thousand failures leave a bounded record`() {
        world = start { $0.backoffLimit = .max }
        for _ in 0..<10_000 {
            if world.running.isEmpty { _ = world.wait() }
            world.end(world.running[0], code: 1)
            world.settle()
        }
        #expect(status?.failed == 10_000 && world.names.count <= 101)
        #expect(status?.active == 0 && world.deadline == world.now.advanced(by: .seconds(600)))
    }
}
