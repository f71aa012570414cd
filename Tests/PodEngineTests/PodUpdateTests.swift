import Glibc
import Linux
import PodEngine
import PodSpec
import Testing

/// A pod that becomes another one while it runs: the state machine.
struct PodUpdateTests {
    private func update(_ driver: LifecycleDriver, image: String = "web:1", restarting: String...) -> PodEvent {
        var shape = driver.life.shape
        for index in shape.containers.indices where restarting.contains(shape.containers[index].name) {
            shape.containers[index].image.reference = image
        }
        return .updated(PodUpdate(shape: shape, restarts: Dictionary(uniqueKeysWithValues: restarting.map { ($0, "x") })))
    }

    private let second = ImageRequest(reference: "web:2", policy: .ifNotPresent)

    @Test func `nothing takes effect before it is written down`() {
        var driver = LifecycleDriver(["web", "log"])
        driver.prepare()
        driver.started("web")
        driver.started("log")
        driver.handle(.saved(error: nil))
        #expect(driver.handle(update(driver, image: "web:2", restarting: "web")) == [.record])
        let steps = driver.handle(.recorded)
        // Only the one that has changed; asked to end, not killed.
        #expect(steps.contains(.terminate(container: "web", attempt: 0)))
        #expect(!steps.contains { if case .terminate("log", _) = $0 { true } else { false } })
        let next = driver.ended("web", exitCode: 1)
        #expect(next.contains(.fetchImage(second)))
        let begun = driver.handle(.imageReady(second, LifecycleDriver.image, pulled: false))
        // At once: it was no crash.
        #expect(begun.contains(.start(container: "web", attempt: 1)))
        driver.started("web", 1)
        #expect(!driver.life.containers[0].isOutdated)
        #expect(driver.life.containers[0].crashes.delay == nil)
        #expect(driver.life.containers[0].previous?.exitCode == 1)
        #expect(driver.life.containers[1].attempt == 0)
    }

    @Test func `each spec is a generation, observed when it is written down`() {
        var driver = LifecycleDriver()
        #expect(driver.life.generation == 1 && driver.status.observedGeneration == nil)
        driver.prepare()
        driver.started()
        #expect(driver.status.observedGeneration == 1)
        #expect(Set(driver.status.conditions.map(\.observedGeneration)) == [1])
        driver.handle(update(driver, image: "web:2", restarting: "web"))
        #expect(driver.life.generation == 2 && driver.status.observedGeneration == 1)
        driver.handle(.recorded)
        #expect(driver.status.observedGeneration == 2)
        #expect(Set(driver.status.conditions.map(\.observedGeneration)) == [2])
        // Labels are no spec.
        driver.handle(.described)
        driver.handle(.recorded)
        #expect(driver.life.generation == 2 && driver.status.observedGeneration == 2)
    }

    @Test func `a change back and forth while the first is under way restarts once`() {
        var driver = LifecycleDriver()
        driver.prepare()
        driver.started()
        driver.handle(.saved(error: nil))
        driver.handle(update(driver, image: "web:2", restarting: "web"))
        // The other words come before the first are written.
        #expect(driver.handle(update(driver, image: "web:1", restarting: "web")).isEmpty)
        #expect(driver.handle(.recorded) == [.record])
        #expect(driver.handle(.recorded).contains(.terminate(container: "web", attempt: 0)))
        driver.ended(exitCode: 143)
        #expect(driver.life.containers[0].attempt == 1)
        #expect(driver.life.containers[0].shape.image.reference == "web:1")
    }

    @Test func `a start that is under way is let happen, and replaced`() {
        var driver = LifecycleDriver()
        driver.prepare()
        driver.handle(update(driver, image: "web:2", restarting: "web"))
        driver.handle(.recorded)
        #expect(driver.started().contains(.terminate(container: "web", attempt: 0)))
        driver.ended(exitCode: 0)
        #expect(driver.life.containers[0].attempt == 1)
    }

    @Test func `a crash loop ends with another image`() {
        var driver = LifecycleDriver()
        driver.prepare()
        driver.started()
        driver.ended(exitCode: 1)
        driver.handle(.imageReady(ImageRequest(reference: "web:1", policy: .ifNotPresent), LifecycleDriver.image, pulled: false))
        driver.started("web", 1)
        driver.ended("web", 1, exitCode: 1)
        guard case .backingOff = driver.life.containers[0].stage else {
            Issue.record("\(driver.life.containers[0].stage)")
            return
        }
        driver.handle(update(driver, image: "web:2", restarting: "web"))
        #expect(driver.handle(.recorded).contains(.fetchImage(second)))
        #expect(driver.life.containers[0].attempt == 2)
    }

    @Test func `a container that has ended for good runs with what is new`() {
        var driver = LifecycleDriver(["web", "log"], policy: .never)
        driver.prepare()
        driver.started("web")
        driver.started("log")
        driver.ended("web", exitCode: 0)
        driver.handle(.saved(error: nil))
        driver.handle(update(driver, image: "web:2", restarting: "web"))
        #expect(driver.handle(.recorded).contains(.fetchImage(second)))
        driver.handle(.imageReady(second, LifecycleDriver.image, pulled: false))
        driver.started("web", 1)
        driver.ended("web", 1, exitCode: 0)
        // And stays ended then.
        guard case .ended = driver.life.containers[0].stage else {
            Issue.record("\(driver.life.containers[0].stage)")
            return
        }
    }

    @Test func `a pod that goes while it changes is not started again`() {
        var driver = LifecycleDriver()
        driver.prepare()
        driver.started()
        driver.handle(update(driver, image: "web:2", restarting: "web"))
        driver.handle(.recorded)
        driver.handle(.stop)
        driver.ended(exitCode: 0)
        guard case .ended = driver.life.containers[0].stage else {
            Issue.record("\(driver.life.containers[0].stage)")
            return
        }
    }
}

/// The same over a supervisor with fakes.
struct PodUpdateSupervisorTests {
    private let fixture: PodFixture
    private var machine: FakeMachine { fixture.machine }
    private let key = PodKey(namespace: "default", name: "a")

    init() throws {
        fixture = try PodFixture()
        for image in ["web:1", "web:2", "web:3"] { fixture.machine.addImage(image) }
    }

    private func running(_ attempt: Int, _ engine: PodSupervisor) async throws -> PodSnapshot {
        try await engine.store.wait("attempt \(attempt)") { store in
            store.pods.first.flatMap { $0.containers[0].attempt == attempt && $0.containers[0].pid != nil ? $0 : nil }
        }
    }

    @Test(.timeLimit(.minutes(1)))
    func `another image restarts the container of the same pod, back and forth`() async throws {
        try await fixture.withEngine { engine in
            try fixture.put("a.yaml", PodFixture.manifest("a"))
            let old = try await engine.store.waitForPhase(.running)
            let uid = old.pod.metadata.uid
            for (attempt, image) in [(1, "web:2"), (2, "web:1"), (3, "web:3")] {
                try fixture.put("a.yaml", PodFixture.manifest("a").replacing("web:1", with: image))
                let new = try await running(attempt, engine)
                #expect(new.pod.metadata.uid == uid)
                #expect(new.pod.spec.containers[0].image == image)
                #expect(new.pod.status?.podIP == old.pod.status?.podIP)
            }
            #expect(!machine.journal.contains { $0.hasPrefix("network down") })
            #expect(!machine.journal.contains("signal \(SIGKILL) \(uid)_web_0"))
        }
        // The next agent takes it as it is, by the words of the file.
        try await fixture.withEngine { engine in
            let pod = try await running(3, engine)
            #expect(pod.pod.metadata.uid.isEmpty == false)
            #expect(machine.journal.filter { $0.hasPrefix("start") }.count == 4)
        }
    }

    @Test(.timeLimit(.minutes(1)))
    func `an agent that ends in the middle of it is followed by one that goes on`() async throws {
        machine.state.withLock { $0.stubborn = ["web"] }
        var uid = ""
        try fixture.put("a.yaml", PodFixture.manifest("a"))
        try await fixture.withEngine { engine in
            uid = try await engine.store.waitForPhase(.running).pod.metadata.uid
            try fixture.put("a.yaml", PodFixture.manifest("a").replacing("web:1", with: "web:2"))
            try await engine.store.wait("asked to end") { store in
                store.pods.first.flatMap { pod in
                    pod.events.contains { $0.message == "Stopping container web" } ? true : nil
                }
            }
        }
        // The record is of the new spec, the container of the old.
        let record = try FileSystem.readText(fixture.folder("state/pods/\(uid)/pod.json"))
        #expect(record.contains("web:2") && record.contains("outdatedAttempts"))
        #expect(machine.running == ["\(uid)_web_0"])
        machine.state.withLock { $0.stubborn = [] }
        try await fixture.withEngine { engine in
            let pod = try await running(1, engine)
            #expect(pod.pod.metadata.uid == uid)
            #expect(machine.running == ["\(uid)_web_1"])
        }
    }

    @Test(.timeLimit(.minutes(1)))
    func `a file that changes while no agent is there restarts no more`() async throws {
        try fixture.put("a.yaml", PodFixture.manifest("a"))
        var uid = ""
        try await fixture.withEngine { engine in
            uid = try await engine.store.waitForPhase(.running).pod.metadata.uid
        }
        try fixture.put("a.yaml", PodFixture.manifest("a").replacing("web:1", with: "web:2"))
        try await fixture.withEngine { engine in
            let pod = try await running(1, engine)
            #expect(pod.pod.metadata.uid == uid)
        }
    }

    @Test(.timeLimit(.minutes(1)))
    func `a record of an earlier agent is taken over without a restart`() async throws {
        try fixture.put("a.yaml", PodFixture.manifest("a"))
        var uid = ""
        try await fixture.withEngine { engine in
            uid = try await engine.store.waitForPhase(.running).pod.metadata.uid
        }
        let path = fixture.folder("state/pods/\(uid)/pod.json")
        let record = try FileSystem.readText(path)
        let lines = record.split(separator: "\n").filter { !$0.contains("hasGivenUID") }
        #expect(lines.count == record.split(separator: "\n").count - 1)
        try FileSystem.write(path, Array(lines.joined(separator: "\n").utf8))
        try await fixture.withEngine { engine in
            _ = try await running(0, engine)
            try fixture.put("a.yaml", PodFixture.manifest("a").replacing("web:1", with: "web:2"))
            let pod = try await running(1, engine)
            #expect(pod.pod.metadata.uid == uid)
        }
    }

    @Test(.timeLimit(.minutes(1)))
    func `a finished pod with another image is another pod`() async throws {
        try await fixture.withEngine { engine in
            try fixture.put("a.yaml", PodFixture.manifest("a", "restartPolicy: Never"))
            let uid = try await engine.store.waitForPhase(.running).pod.metadata.uid
            machine.end("\(uid)_web_0", exitCode: 0)
            _ = try await engine.store.waitForPhase(.succeeded)
            let text = PodFixture.manifest("a", "restartPolicy: Never").replacing("web:1", with: "web:2")
            try fixture.put("a.yaml", text)
            let again = try await engine.store.waitForPhase(.running)
            #expect(again.containers[0].attempt == 0)
            #expect(again.pod.spec.containers[0].image == "web:2")
        }
    }
}
