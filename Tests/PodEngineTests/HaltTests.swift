import Glibc
import Linux
import PodEngine
import PodSpec
import Testing

/// What happens to pods when the machine goes down.
struct HaltTests {
    @Test func `what runs is ended, nothing begins, and the ends are saved`() {
        var driver = LifecycleDriver(["a", "b"])
        driver.prepare()
        driver.started("a")
        let steps = driver.handle(.halt(within: .seconds(10)))
        #expect(steps == [.terminate(container: "a", attempt: 0)])
        // One that is just being started is ended as soon as it runs.
        #expect(!driver.life.isHalted)
        #expect(
            driver.started("b") == [
                .watch(container: "b", attempt: 0), .terminate(container: "b", attempt: 0), .save,
            ]
        )
        driver.ended("a", exitCode: 143)
        driver.ended("b", exitCode: 143)
        // The ends are not in what is being saved now.
        #expect(!driver.life.isHalted)
        #expect(driver.handle(.saved(error: nil)) == [.save])
        #expect(!driver.life.isHalted)
        driver.handle(.saved(error: nil))
        #expect(driver.life.isHalted)
        driver.advance(.seconds(3600))
        #expect(driver.steps().isEmpty)
        #expect(driver.life.deadline == nil)
        let history = PodHistory(driver.life, at: driver.now)
        #expect(history.containers.map(\.attempt) == [1, 1])
        #expect(history.containers.map(\.previous?.exitCode) == [143, 143])
        // No crash: the next attempt waits for nothing.
        #expect(history.containers.allSatisfy { $0.backoffUntil == nil })
    }

    @Test func `the limit is stronger than a longer grace period, and the kill follows it`() {
        var driver = LifecycleDriver(grace: .seconds(600))
        driver.prepare()
        driver.started()
        driver.handle(.saved(error: nil))
        driver.handle(.halt(within: .seconds(5)))
        driver.advance(.seconds(4))
        #expect(driver.steps().isEmpty)
        driver.advance(.seconds(1))
        #expect(driver.steps() == [.kill(container: "web", attempt: 0)])
        // In an uninterruptible sleep: given up, and run again after the reboot all the same.
        driver.advance(.seconds(10))
        #expect(driver.steps().contains(.save))
        driver.handle(.saved(error: nil))
        #expect(driver.life.isHalted)
        #expect(driver.life.containers[0].attempt == 1)
    }

    @Test func `a pod that does not restart stays ended`() {
        var driver = LifecycleDriver(policy: .never)
        driver.prepare()
        driver.started()
        driver.handle(.halt(within: .seconds(5)))
        driver.ended(exitCode: 0)
        #expect(driver.phase == .succeeded)
    }

    @Test func `when the machine stays up after all, everything goes on`() {
        var driver = LifecycleDriver(["a", "b"])
        driver.prepare()
        driver.started("a")
        driver.started("b")
        driver.handle(.halt(within: .seconds(5)))
        driver.ended("a", exitCode: 0)
        let steps = driver.handle(.resume)
        #expect(steps.contains(.fetchImage(ImageRequest(reference: "web:1", policy: .ifNotPresent))))
        // What was asked to end is still followed to its end.
        driver.advance(.seconds(5))
        #expect(driver.steps().contains(.kill(container: "b", attempt: 0)))
        driver.ended("b", exitCode: 137)
        #expect(driver.life.containers[1].attempt == 1)
    }

    @Test func `a pod that is not wanted any more goes, also now`() {
        var driver = LifecycleDriver()
        driver.prepare()
        driver.started()
        driver.handle(.halt(within: .seconds(5)))
        driver.ended(exitCode: 143)
        #expect(driver.handle(.stop).contains(.tearDown) || driver.life.underWay.contains(.save))
    }

    @Test(.timeLimit(.minutes(1)))
    func `the engine ends all pods, and the next one runs them again`() async throws {
        let fixture = try PodFixture()
        fixture.machine.addImage("web:1")
        let machine = fixture.machine
        try await fixture.withEngine { engine in
            try fixture.put("a.yaml", PodFixture.manifest("a"))
            try fixture.put("b.yaml", PodFixture.manifest("b"))
            let a = try await engine.store.waitForPhase(.running)
            try await engine.store.waitForPhase(.running, of: "b")
            await engine.halt(within: .seconds(5))
            #expect(machine.running.isEmpty)
            #expect(machine.journal.contains("signal \(SIGTERM) \(a.containers[0].id)"))
            // One that comes now has to wait.
            try fixture.put("c.yaml", PodFixture.manifest("c"))
            try await engine.store.wait("c") { $0[PodKey(namespace: "default", name: "c")] }
            #expect(machine.running.isEmpty)
        }
        try await fixture.withEngine { engine in
            for name in ["a", "b", "c"] { try await engine.store.waitForPhase(.running, of: name) }
            let a = try #require(engine.store[PodKey(namespace: "default", name: "a")])
            #expect(a.pod.status?.containerStatuses[0].restartCount == 1)
        }
    }

    @Test(.timeLimit(.minutes(1)))
    func `the engine goes on when the machine stays up`() async throws {
        let fixture = try PodFixture()
        fixture.machine.addImage("web:1")
        try await fixture.withEngine { engine in
            try fixture.put("a.yaml", PodFixture.manifest("a"))
            try await engine.store.waitForPhase(.running)
            await engine.halt(within: .seconds(5))
            #expect(fixture.machine.running.isEmpty)
            await engine.resume()
            try await engine.store.wait("again") { store in
                store.pods.first.flatMap { $0.containers[0].attempt == 1 && $0.containers[0].pid != nil ? true : nil }
            }
        }
    }
}
