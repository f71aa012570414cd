import Linux
import PodEngine
import PodSpec
import Testing

/// Workloads in the whole engine, over fakes.
struct WorkloadSupervisorTests {
    private let fixture: PodFixture
    private var machine: FakeMachine { fixture.machine }

    init() throws {
        fixture = try PodFixture()
        for image in ["web:1", "web:2"] { fixture.machine.addImage(image) }
    }

    private static func deployment(_ replicas: Int, image: String = "web:1") -> String {
        """
        apiVersion: apps/v1
        kind: Deployment
        metadata: {name: web}
        spec:
          replicas: \(replicas)
          selector: {matchLabels: {app: web}}
          template:
            metadata: {labels: {app: web}}
            spec: {containers: [{name: web, image: "\(image)"}]}
        """
    }

    private static func job(_ spec: String = "completions: 3, parallelism: 2") -> String {
        """
        apiVersion: batch/v1
        kind: Job
        metadata: {name: work}
        spec: {\(spec), template: {spec: {restartPolicy: Never, containers: [{name: web, image: "web:1"}]}}}
        """
    }

    private func running(_ store: PodStore) -> [PodSnapshot] {
        store.pods.filter { $0.pod.status?.phase == .running && !$0.isTerminating }
    }

    private func waitForRunning(_ count: Int, _ store: PodStore, image: String = "web:1") async throws -> [PodSnapshot] {
        try await store.wait("\(count) of \(image) run") { store in
            let found = running(store)
            let isAll = found.allSatisfy { $0.pod.spec.containers[0].image == image }
            return found.count == count && store.pods.count == count && isAll ? found : nil
        }
    }

    @Test(.timeLimit(.minutes(1)))
    func `a deployment runs, rolls, shrinks and goes`() async throws {
        try await fixture.withEngine { engine in
            try fixture.put("web.yaml", Self.deployment(3))
            let first = try await waitForRunning(3, engine.store)
            #expect(first.allSatisfy { $0.file == "web.yaml" })
            try fixture.put("web.yaml", Self.deployment(3, image: "web:2"))
            let second = try await waitForRunning(3, engine.store, image: "web:2")
            #expect(Set(first.map(\.key)).isDisjoint(with: second.map(\.key)))
            try fixture.put("web.yaml", Self.deployment(1, image: "web:2"))
            _ = try await waitForRunning(1, engine.store, image: "web:2")
            try fixture.remove("web.yaml")
            try await engine.store.waitUntilEmpty()
            #expect(try fixture.remains.isEmpty)
            #expect(try FileSystem.list(fixture.folder("state/workloads")).isEmpty)
        }
    }

    @Test(.timeLimit(.minutes(1)))
    func `another agent goes on with what runs, and starts nothing`() async throws {
        var before: Set<PodKey> = []
        try await fixture.withEngine { engine in
            try fixture.put("web.yaml", Self.deployment(3))
            try fixture.put("job.yaml", Self.job())
            before = Set(try await waitForRunning(5, engine.store).map(\.key))
        }
        let containers = machine.running
        try await fixture.withEngine { engine in
            #expect(Set(engine.store.pods.map(\.key)) == before)
            #expect(machine.running == containers)
            #expect(engine.store.workloads.map(\.name.kind) == [.deployment, .job])
            // The job goes on where it was.
            let pods = engine.store.pods.filter { $0.key.name.hasPrefix("work-") }
            let first = Set(pods.map(\.key))
            for pod in pods { machine.end(pod.containers[0].id) }
            let last = try await engine.store.wait("the third pod of the job") { store in
                store.pods.first {
                    $0.key.name.hasPrefix("work-") && !first.contains($0.key) && $0.containers[0].pid != nil
                }
            }
            machine.end(last.containers[0].id)
            try await waitForJob(engine.store) { $0?.succeeded == 3 && $0?.completionTime != nil }
        }
        try await fixture.withEngine { engine in
            #expect(engine.store.pods.count == 6 && machine.running.count == 3)
        }
        #expect(machine.journal.filter { $0.hasPrefix("start ") }.count == 6)
    }

    /// There is no event for a workload alone; those of its pods come just before.
    private func waitForJob(_ store: PodStore, _ condition: @escaping @Sendable (JobStatus?) -> Bool) async throws {
        let deadline = Monotonic.now.nanoseconds + 20_000_000_000
        while true {
            let jobs = store.workloads.compactMap { snapshot -> JobStatus? in
                guard case .job(let job) = snapshot.workload else { return nil }
                return job.status
            }
            if condition(jobs.first) { return }
            guard Monotonic.now.nanoseconds < deadline else { throw TimedOut(description: "\(jobs)") }
            await Task.yield()
        }
    }

    @Test(.timeLimit(.minutes(1)))
    func `a broken file keeps the pods of its last good version, under another agent too`() async throws {
        var before: Set<PodKey> = []
        try await fixture.withEngine { engine in
            try fixture.put("web.yaml", Self.deployment(2))
            before = Set(try await waitForRunning(2, engine.store).map(\.key))
            try fixture.put("web.yaml", Self.deployment(2).replacing("replicas: 2", with: "replicas: two"))
            try await engine.store.wait("a problem") { $0.problems.isEmpty ? nil : true }
            #expect(Set(engine.store.pods.map(\.key)) == before)
        }
        try await fixture.withEngine { engine in
            #expect(Set(engine.store.pods.map(\.key)) == before && engine.store.problems.count == 1)
            try fixture.put("web.yaml", "{")
            try fixture.put("b.yaml", PodFixture.manifest("b"))
            _ = try await engine.store.waitForPhase(.running, of: "b")
            #expect(Set(engine.store.pods.map(\.key)).isSuperset(of: before))
        }
    }

    @Test(.timeLimit(.minutes(1)))
    func `what cannot be written down is not made, and is tried again`() async throws {
        try await fixture.withEngine { engine in
            // A file where the folder is to be.
            try FileSystem.makeDirectories(fixture.folder("state"))
            _ = try fixture.folder.write("state/workloads", "")
            try fixture.put("web.yaml", Self.deployment(1))
            try fixture.put("b.yaml", PodFixture.manifest("b"))
            _ = try await engine.store.waitForPhase(.running, of: "b")
            while !machine.clock.hasSleepers {
                try Task.checkCancellation()
                await Task.yield()
            }
            #expect(engine.store.pods.count == 1)
            try FileSystem.removeFile(fixture.folder("state/workloads"))
            machine.clock.advance(by: .seconds(5))
            try await engine.store.wait("the pod") { $0.pods.count == 2 ? true : nil }
        }
    }

    @Test(.timeLimit(.minutes(1)))
    func `a schedule comes round by the clock`() async throws {
        let cron = """
            apiVersion: batch/v1
            kind: CronJob
            metadata: {name: tick}
            spec:
              schedule: "* * * * *"
              timeZone: UTC
              jobTemplate:
                spec: {template: {spec: {restartPolicy: Never, containers: [{name: web, image: "web:1"}]}}}
            """
        try await fixture.withEngine { engine in
            try fixture.put("tick.yaml", cron)
            for count in 1...2 {
                while !machine.clock.hasSleepers {
                try Task.checkCancellation()
                await Task.yield()
            }
                machine.clock.advance(by: .seconds(60))
                let pod = try await engine.store.wait("job \(count)") { store in
                    store.pods.count == count ? store.pods.last { $0.containers[0].pid != nil } : nil
                }
                #expect(pod.key.name.hasPrefix("tick-"))
                machine.end(pod.containers[0].id)
                try await waitForJob(engine.store) { $0?.succeeded == 1 }
            }
            #expect(engine.store.workloads.map(\.name.kind) == [.cronJob, .job, .job])
        }
    }

    @Test(.timeLimit(.minutes(1)))
    func `a clock that jumps an hour back runs no time twice and goes on`() async throws {
        let cron = """
            apiVersion: batch/v1
            kind: CronJob
            metadata: {name: tick}
            spec:
              schedule: "*/10 * * * *"
              timeZone: UTC
              jobTemplate:
                spec: {template: {spec: {restartPolicy: Never, containers: [{name: web, image: "web:1"}]}}}
            """
        let clock = machine.clock
        func waitForDeadline(_ wall: Timestamp) async {
            // A test that has failed is cancelled.
            while clock.calendar != [wall], !Task.isCancelled { await Task.yield() }
        }
        func runs(_ count: Int, _ store: PodStore) async throws {
            let pod = try await store.wait("job \(count)") { store in
                store.pods.count == count ? store.pods.first { $0.containers.first?.pid != nil } : nil
            }
            machine.end(pod.containers[0].id)
            try await waitForJob(store) { $0?.succeeded == 1 }
        }
        try await fixture.withEngine { engine in
            let start = clock.wall
            try fixture.put("tick.yaml", cron)
            let first = start.advanced(by: .seconds(600))
            await waitForDeadline(first)
            clock.advance(by: .seconds(600))
            try await runs(1, engine.store)
            let second = first.advanced(by: .seconds(600))
            await waitForDeadline(second)
            // What the calendar says again has been served: the next is the one after what was.
            clock.setWall(start.advanced(by: .seconds(-3000)))
            await waitForDeadline(second)
            #expect(engine.store.pods.count == 1)
            clock.advance(by: .seconds(4200))
            try await runs(2, engine.store)
            await waitForDeadline(second.advanced(by: .seconds(600)))
            #expect(Set(engine.store.pods.map(\.key.name)).count == 2)
        }
    }

    @Test(.timeLimit(.minutes(1)))
    func `a record that cannot be read is put aside, and the agent starts`() async throws {
        try await fixture.withEngine { engine in
            try fixture.put("web.yaml", Self.deployment(1))
            _ = try await waitForRunning(1, engine.store)
        }
        _ = try fixture.folder.write("state/workloads/deployment_default_web.json", "{\"version\": 99}")
        try await fixture.withEngine { engine in
            _ = try await waitForRunning(1, engine.store)
        }
        #expect(machine.running.count == 1, "the pod of the old record has gone")
    }

    @Test(.timeLimit(.minutes(1)))
    func `a pod that a manifest copies from a workload is nobody's`() async throws {
        try await fixture.withEngine { engine in
            let copy = PodFixture.manifest("a").replacing(
                "  labels: {}",
                with: "  annotations: {swiftlet/workload: Job/work}\n  ownerReferences: [{controller: true, uid: x}]"
            )
            try fixture.put("a.yaml", copy)
            let pod = try await engine.store.waitForPhase(.running)
            #expect(pod.pod.metadata.annotations["swiftlet/workload"] == nil)
        }
    }
}
