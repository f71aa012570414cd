import Linux
import PodEngine
import PodSpec
import Testing

struct ConditionTests {
    @Test func `a gate that nobody has opened keeps the pod from being ready, not its containers`() {
        var driver = LifecycleDriver { $0.readinessGates = ["example.com/warm", "db"] }
        driver.prepare()
        driver.started()
        #expect(driver.condition("ContainersReady")?.status == "True")
        #expect(driver.condition("Ready")?.status == "False")
        #expect(driver.condition("Ready")?.reason == "ReadinessGatesNotReady")
        #expect(
            driver.condition("Ready")?.message
                == "corresponding condition of pod readiness gate \"example.com/warm\" does not exist., "
                + "corresponding condition of pod readiness gate \"db\" does not exist."
        )
        driver.handle(.declared(["example.com/warm": true, "db": false]))
        #expect(driver.condition("Ready")?.message == "the status of pod readiness gate \"db\" is not \"True\", but False")
        #expect(driver.condition("db")?.status == "False")
        driver.handle(.declared(["example.com/warm": true, "db": true]))
        #expect(driver.condition("Ready")?.status == "True")
        driver.handle(.declared([:]))
        #expect(driver.condition("db") == nil)
        #expect(driver.condition("Ready")?.status == "False")
    }

    @Test func `since when a condition holds outlives the agent`() {
        var before = LifecycleDriver()
        before.prepare()
        before.started()
        let since = before.life.conditions[.ready]?.since
        before.advance(.seconds(100))
        var facts = AdoptionFacts(startTime: before.life.startTime, sandbox: PodLifecycle.Sandbox(network: nil))
        let process = RunningContainer(pid: 7, startedAt: before.now.wall)
        facts.containers["web"] = .init(attempt: 0, outcome: .running(process))
        facts.history = PodHistory(before.life, at: before.now)
        let life = PodLifecycle.adopted(before.life.shape, facts, backoffs: BackoffPolicies(), at: before.now)
        #expect(life.conditions[.ready]?.isTrue == true)
        #expect(life.conditions[.ready]?.since == since)
        #expect(life.conditions[.podScheduled]?.since == before.life.startTime)
    }

    @Test func `a container that ends takes readiness along at that time`() {
        var driver = LifecycleDriver(["a", "b"])
        driver.prepare()
        driver.started("a")
        driver.started("b")
        driver.advance(.seconds(10))
        driver.ended("b", exitCode: 1)
        #expect(driver.condition("Ready")?.reason == "ContainersNotReady")
        #expect(driver.condition("Ready")?.message == "containers with unready status: [b]")
        #expect(driver.life.conditions[.ready]?.since == driver.now.wall)
        #expect(driver.condition("Initialized")?.status == "True")
    }
}
