import Linux
import PodEngine
import PodSpec
import Testing

/// activeDeadlineSeconds, and other ends of a pod as a whole.
struct ActiveDeadlineTests {
    private func driver(_ deadline: Duration = .seconds(60)) -> LifecycleDriver {
        var driver = LifecycleDriver(grace: .seconds(5)) { $0.activeDeadline = deadline }
        driver.prepare()
        driver.started()
        _ = driver.handle(.saved(error: nil))
        return driver
    }

    @Test func `a pod that is on the node for too long is ended in an orderly way and has failed`() {
        var driver = driver()
        #expect(driver.life.deadline?.since(driver.now.uptime) == .seconds(60))
        driver.advance(.seconds(60))
        #expect(driver.steps() == [.terminate(container: "web", attempt: 0), .save])
        // It has not failed while it runs.
        #expect(driver.phase == .running)
        _ = driver.handle(.saved(error: nil))
        driver.advance(.seconds(5))
        #expect(driver.steps() == [.kill(container: "web", attempt: 0)])
        driver.ended(exitCode: 137)
        #expect(driver.phase == .failed)
        #expect(driver.status.reason == "DeadlineExceeded")
        #expect(driver.status.message == "Pod was active on the node longer than the specified deadline")
        #expect(driver.state(of: "web")?.restartCount == 0)
        #expect(driver.handle(.saved(error: nil)) == [.releaseSandbox])
        _ = driver.handle(.sandboxReleased(errors: []))
        #expect(driver.life.deadline == nil)
    }

    @Test func `the time of an earlier agent counts, and a clock that was set back does not add to it`() {
        let before = driver()
        let process = RunningContainer(pid: 7, startedAt: before.now.wall)
        func adopt(after wait: Duration) -> PodLifecycle {
            var facts = AdoptionFacts(startTime: before.life.startTime, sandbox: PodLifecycle.Sandbox(network: nil))
            facts.containers["web"] = .init(attempt: 0, outcome: .running(process))
            facts.history = PodHistory(before.life, at: before.now)
            let now = Moment(wall: before.now.wall.advanced(by: wait), uptime: before.now.uptime)
            return .adopted(before.life.shape, facts, backoffs: BackoffPolicies(), at: now)
        }
        #expect(adopt(after: .seconds(40)).deadline?.since(before.now.uptime) == .seconds(20))
        #expect(adopt(after: .seconds(-3600)).deadline?.since(before.now.uptime) == .seconds(60))
    }

    @Test func `that it has failed outlives the agent`() {
        var before = driver()
        before.advance(.seconds(60))
        _ = before.steps()
        before.ended(exitCode: 143)
        var facts = AdoptionFacts(startTime: before.life.startTime, sandbox: nil)
        facts.history = PodHistory(before.life, at: before.now)
        var after = before
        after.life = .adopted(before.life.shape, facts, backoffs: BackoffPolicies(), at: before.now)
        #expect(after.steps() == [.save])
        #expect(after.phase == .failed)
        #expect(after.status.reason == "DeadlineExceeded")
    }

    @Test func `a pod that waits for an image has failed at once`() {
        let request = ImageRequest(reference: "web:1", policy: .ifNotPresent)
        var driver = LifecycleDriver { $0.activeDeadline = .seconds(1) }
        _ = driver.steps()
        _ = driver.handle(.recorded)
        driver.advance(.seconds(1))
        _ = driver.steps()
        #expect(!driver.life.wants(.fetchImage(request)))
        #expect(driver.phase == .failed)
        // Whatever becomes of what was under way, nothing is begun.
        _ = driver.handle(.imageReady(request, LifecycleDriver.image, pulled: true))
        #expect(!driver.handle(.sandboxReady(nil)).contains(.start(container: "web", attempt: 0)))
        _ = driver.handle(.saved(error: nil))
        // What is being made is given back when it is there.
        #expect(driver.handle(.volumesReady).contains(.releaseSandbox))
    }

    @Test func `a pod with a forbidden parameter has failed at once, as one that the kubelet does not admit`() {
        var driver = LifecycleDriver()
        _ = driver.steps()
        _ = driver.handle(.recorded)
        driver.handle(.sandboxFailed(StepFailure(.sysctlForbidden, "Pod was rejected: forbidden sysctl: \"x\" not allowlisted")))
        #expect(driver.phase == .failed)
        #expect(driver.status.reason == "SysctlForbidden")
        #expect(driver.status.message == "Pod was rejected: forbidden sysctl: \"x\" not allowlisted")
        _ = driver.handle(.volumesReady)
        #expect(driver.handle(.saved(error: nil)).contains(.releaseSandbox))
        _ = driver.handle(.sandboxReleased(errors: []))
        #expect(driver.life.deadline == nil)
        // Any other failure of the sandbox is tried again.
        var other = LifecycleDriver()
        _ = other.steps()
        _ = other.handle(.recorded)
        other.handle(.sandboxFailed(StepFailure(.failedCreatePodSandBox, "no address")))
        #expect(other.phase == .pending && other.life.deadline != nil)
    }

    @Test func `whoever else ends a pod is named, and the first reason counts`() {
        var driver = driver()
        #expect(
            driver.handle(.fail(StepFailure(PodReason(rawValue: "Evicted"), "memory is short")))
                == [.terminate(container: "web", attempt: 0), .save]
        )
        driver.advance(.seconds(60))
        _ = driver.steps()
        driver.ended(exitCode: 137)
        #expect(driver.status.reason == "Evicted")
    }
}
