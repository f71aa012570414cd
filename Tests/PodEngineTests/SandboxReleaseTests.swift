import Linux
import PodEngine
import PodSpec
import TestSupport
import Testing

/// A pod that has finished gives back what it ran in.
struct SandboxReleaseTests {
    private let network = PodNetworkState(network: "default", interface: "eth0", addresses: ["10.88.0.2"])

    private func finished(initial: [String] = [], exitCode: Int32 = 0) -> LifecycleDriver {
        var driver = LifecycleDriver(initial: initial, policy: .never)
        driver.prepare()
        _ = driver.handle(.sandboxReady(network))
        let name = initial.first ?? "web"
        driver.started(name)
        _ = driver.handle(.saved(error: nil))
        #expect(driver.ended(name, exitCode: exitCode) == [.save])
        return driver
    }

    @Test func `the end is written down first, then the sandbox goes`() {
        var driver = finished()
        #expect(driver.status.condition("PodReadyToStartContainers") == "True")
        #expect(driver.handle(.saved(error: nil)) == [.releaseSandbox])
        #expect(driver.steps().isEmpty)
        #expect(driver.handle(.sandboxReleased(errors: [])).isEmpty)
        #expect(driver.life.deadline == nil)
        #expect(driver.phase == .succeeded)
        #expect(driver.status.condition("PodReadyToStartContainers") == "False")
        #expect(driver.status.condition("Initialized") == "True")
        #expect(driver.status.podIP == "10.88.0.2")
        #expect(driver.handle(.stop) == [.tearDown])
    }

    @Test func `an end that cannot be written down keeps the sandbox until it can`() {
        var driver = finished()
        #expect(driver.handle(.saved(error: "disk full")).isEmpty)
        driver.advance(.seconds(1))
        #expect(driver.steps() == [.save])
        #expect(driver.handle(.saved(error: nil)) == [.releaseSandbox])
    }

    @Test func `a failed release is tried again, and a removal waits for one that is under way`() {
        var driver = finished(exitCode: 1)
        _ = driver.handle(.saved(error: nil))
        #expect(driver.handle(.sandboxReleased(errors: ["the link is busy"])).isEmpty)
        #expect(driver.life.events.entries.last?.message == "the link is busy")
        #expect(driver.phase == .failed)
        driver.advance(.seconds(1))
        #expect(driver.steps() == [.releaseSandbox])
        #expect(driver.handle(.stop).isEmpty)
        #expect(driver.handle(.sandboxReleased(errors: ["the link is busy"])) == [.tearDown])
    }

    @Test func `a failed init container releases the sandbox, a container that will run again keeps it`() {
        var failed = finished(initial: ["one"], exitCode: 1)
        #expect(failed.handle(.saved(error: nil)) == [.releaseSandbox])

        var always = LifecycleDriver(["a", "b"], policy: .onFailure)
        always.prepare()
        always.started("a")
        always.started("b")
        _ = always.handle(.saved(error: nil))
        always.ended("a", exitCode: 0)
        #expect(always.handle(.saved(error: nil)).isEmpty)
        always.ended("b", exitCode: 1)
        #expect(!always.handle(.saved(error: nil)).contains(.releaseSandbox))
    }

    @Test(arguments: [true, false]) func `another agent finishes the release and makes nothing`(_ isWhole: Bool) {
        let before = finished()
        let sandbox = isWhole ? PodLifecycle.Sandbox(network: network) : nil
        var facts = AdoptionFacts(startTime: before.now.wall, sandbox: sandbox)
        facts.history = PodHistory(before.life, at: before.now)
        let adopted = PodLifecycle.adopted(
            before.life.shape,
            facts,
            backoffs: BackoffPolicies(),
            at: before.now
        )
        var driver = LifecycleDriver(policy: .never)
        driver.life = adopted
        #expect(driver.steps() == [.save])
        #expect(driver.handle(.saved(error: nil)) == [.releaseSandbox])
        #expect(driver.handle(.sandboxReleased(errors: [])).isEmpty)
        #expect(driver.phase == .succeeded)
        #expect(driver.status.podIP == "10.88.0.2")
        #expect(driver.status.condition("PodReadyToStartContainers") == "False")
    }

    @Test(.timeLimit(.minutes(1)))
    func `record, logs and disk volumes stay until the file goes, also for the next agent`() async throws {
        let fixture = try PodFixture()
        let machine = fixture.machine
        machine.addImage("web:1")
        let spec = """
            restartPolicy: Never
              volumes: [{name: disk, emptyDir: {}}, {name: memory, emptyDir: {medium: Memory}}]
            """
        var uid = ""
        try await fixture.withEngine { engine in
            try fixture.put("a.yaml", PodFixture.manifest("a", spec))
            uid = try await engine.store.waitForPhase(.running).pod.metadata.uid
            #expect(!machine.state.withLock { $0.mounts.isEmpty })
            // The agent ends before the second try.
            machine.state.withLock { $0.tearDownFailures = 1 }
            machine.end("\(uid)_web_0")
            try await engine.store.wait("failed release") { store in
                store.pods.first?.events.contains { $0.message == "the link is busy" } == true ? true : nil
            }
            #expect(machine.state.withLock { $0.namespaces.isEmpty && $0.mounts.isEmpty && $0.cgroups.isEmpty })
            #expect(machine.state.withLock { $0.networks.count } == 1)
        }
        let made = machine.journal.filter { $0.hasPrefix("network default/a") || $0.hasPrefix("start") }
        for _ in 0..<2 {
            try await fixture.withEngine { engine in
                let pod = try await engine.store.wait("release") { store in
                    store.pods.first.flatMap {
                        $0.pod.status?.condition("PodReadyToStartContainers") == "False"
                            && machine.state.withLock { $0.networks.isEmpty } ? $0 : nil
                    }
                }
                #expect(pod.pod.status?.phase == .succeeded)
                #expect(pod.pod.status?.podIP == "10.88.0.2")
                #expect(pod.pod.status?.containerStatuses[0].state.terminated?.reason == "Completed")
            }
        }
        #expect(machine.journal.filter { $0.hasPrefix("network default/a") || $0.hasPrefix("start") } == made)
        #expect(FileSystem.exists(fixture.folder("state/pods/\(uid)/pod.json")))
        #expect(FileSystem.exists(fixture.folder("state/pods/\(uid)/volumes/disk")))
        #expect(!FileSystem.exists(fixture.folder("run/pods/\(uid)/volumes")))
        #expect(FileSystem.exists(fixture.folder("logs/default_a_\(uid)/web")))
        try await fixture.withEngine { engine in
            try fixture.remove("a.yaml")
            try await engine.store.waitUntilEmpty()
        }
        #expect(try fixture.remains.isEmpty)
    }
}

extension Pod.Status {
    fileprivate func condition(_ type: String) -> String? { conditions.first { $0.type == type }?.status }
}
