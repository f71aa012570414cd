import Linux
import PodEngine
import PodSpec
import Testing

/// The life of a pod that is evicted, and of one that may not begin.
struct EvictedPodTests {
    private func failure(isDisruption: Bool) -> StepFailure {
        var failure = StepFailure(.evicted, "The node was low on resource: memory. ")
        failure.isDisruption = isDisruption
        return failure
    }

    private func running(grace: Duration = .seconds(30)) -> LifecycleDriver {
        var driver = LifecycleDriver(grace: grace)
        driver.prepare()
        driver.started()
        _ = driver.handle(.saved(error: nil))
        return driver
    }

    @Test func `it has the time that it is given, and then it has failed for good`() {
        var driver = running()
        #expect(
            driver.handle(.evict(failure(isDisruption: true), grace: .seconds(1)))
                == [.terminate(container: "web", attempt: 0), .save]
        )
        _ = driver.handle(.saved(error: nil))
        driver.advance(.seconds(1))
        #expect(driver.steps() == [.kill(container: "web", attempt: 0)])
        driver.ended(exitCode: 137)
        #expect(driver.phase == .failed && driver.status.reason == "Evicted")
        #expect(driver.status.message == "The node was low on resource: memory. ")
        let condition = driver.condition("DisruptionTarget")
        #expect(condition?.status == "True" && condition?.reason == "TerminationByKubelet")
        #expect(condition?.message == "The node was low on resource: memory. ")
        #expect(driver.handle(.saved(error: nil)) == [.releaseSandbox])
    }

    @Test func `one that went beyond its own limit is no victim of a disruption`() {
        var driver = running()
        _ = driver.handle(.evict(failure(isDisruption: false), grace: .seconds(1)))
        driver.ended(exitCode: 0)
        #expect(driver.status.reason == "Evicted" && driver.condition("DisruptionTarget") == nil)
    }

    @Test func `why it went outlives the agent`() {
        var before = running()
        _ = before.handle(.evict(failure(isDisruption: true), grace: .seconds(1)))
        before.ended(exitCode: 137)
        var facts = AdoptionFacts(startTime: before.life.startTime, sandbox: nil)
        facts.history = PodHistory(before.life, at: before.now)
        var after = before
        after.life = .adopted(before.life.shape, facts, backoffs: BackoffPolicies(), at: before.now)
        #expect(after.phase == .failed && after.status.reason == "Evicted")
        #expect(after.condition("DisruptionTarget")?.status == "True")
    }

    @Test func `a pod that may not begin asks for nothing, not even its image, until it may`() {
        let reason = StepFailure(.nodePressure, "The node had condition: [DiskPressure]. ")
        var driver = LifecycleDriver()
        _ = driver.handle(.heldBack(reason))
        #expect(driver.handle(.recorded) == [])
        #expect(driver.life.deadline == nil)
        #expect(driver.phase == .pending && driver.status.reason == "NodePressure")
        #expect(driver.status.message == "The node had condition: [DiskPressure]. ")
        #expect(driver.state(of: "web")?.state.waiting?.reason == "NodePressure")
        let steps = driver.handle(.heldBack(nil))
        #expect(steps.isSuperset(of: [.prepareSandbox, .prepareVolumes]))
        #expect(driver.status.reason == nil)
    }

    @Test func `one that has begun goes on`() {
        let reason = StepFailure(.nodePressure, "The node had condition: [DiskPressure]. ")
        var driver = running()
        #expect(driver.handle(.heldBack(reason)) == [])
        #expect(driver.phase == .running && driver.status.reason == nil)
        // Its next attempt is part of it.
        driver.ended(exitCode: 1)
        #expect(!driver.life.isHeldBack)
        // One whose sandbox is being made is no more held up.
        var beginning = LifecycleDriver()
        _ = beginning.steps()
        _ = beginning.handle(.recorded)
        _ = beginning.handle(.heldBack(reason))
        #expect(!beginning.life.isHeldBack)
    }

    @Test func `a deadline counts also while it is held back`() {
        var driver = LifecycleDriver { $0.activeDeadline = .seconds(60) }
        _ = driver.steps()
        _ = driver.life.handle(.heldBack(StepFailure(.nodePressure, "")), at: driver.now)
        driver.life.handle(.recorded, at: driver.now)
        #expect(driver.steps() == [])
        driver.advance(.seconds(60))
        _ = driver.steps()
        #expect(driver.phase == .failed && driver.status.reason == "DeadlineExceeded")
    }
}
