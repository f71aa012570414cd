import Linux
import PodEngine
import PodSpec
import Testing

/// postStart and preStop in the life of a container.
struct HookTests {
    private func driver(
        _ containers: [String] = ["web"],
        policy: Pod.RestartPolicy = .always,
        grace: Duration = .seconds(30),
        postStart: Bool = false,
        preStop: Bool = false
    ) -> LifecycleDriver {
        var driver = LifecycleDriver(containers, policy: policy, grace: grace) { shape in
            shape.containers[0].hasPostStart = postStart
            shape.containers[0].hasPreStop = preStop
        }
        driver.prepare()
        return driver
    }

    private let postStart = PodStep.postStart(container: "web", attempt: 0)
    private let preStop = PodStep.preStop(container: "web", attempt: 0)
    private let terminate = PodStep.terminate(container: "web", attempt: 0)
    private let kill = PodStep.kill(container: "web", attempt: 0)

    private func postStarted(_ error: String? = nil) -> PodEvent {
        .postStarted(container: "web", attempt: 0, error: error)
    }

    private func preStopped(_ error: String? = nil) -> PodEvent {
        .preStopped(container: "web", attempt: 0, error: error)
    }

    @Test func `a container runs when its postStart hook has ended, and the next one starts then`() {
        var driver = driver(["web", "next"], postStart: true)
        #expect(driver.started().contains(postStart))
        #expect(driver.state(of: "web")?.state.waiting?.reason == "ContainerCreating")
        #expect(driver.state(of: "web")?.started == false)
        #expect(driver.phase == .pending)
        #expect(driver.handle(postStarted()).contains(.start(container: "next", attempt: 0)))
        #expect(driver.state(of: "web")?.state.running != nil)
        #expect(driver.state(of: "web")?.ready == true)
    }

    @Test func `a postStart hook that fails ends the container, and its policy decides`() {
        var again = driver(grace: .seconds(5), postStart: true, preStop: true)
        again.started()
        _ = again.handle(.saved(error: nil))
        #expect(again.handle(postStarted("secret")) == [preStop])
        #expect(again.state(of: "web")?.started == false)
        #expect(again.life.events.entries.contains { $0.reason == .failedPostStartHook })
        #expect(!again.life.events.entries.contains { $0.message.contains("secret") })
        #expect(again.handle(preStopped()) == [terminate])
        again.ended(exitCode: 143)
        #expect(again.state(of: "web")?.lastState.terminated?.exitCode == 143)
        #expect(again.life.containers[0].attempt == 1)

        var never = driver(policy: .never, postStart: true)
        never.started()
        #expect(never.handle(postStarted("no")).contains(terminate))
        never.ended(exitCode: 143)
        #expect(never.phase == .failed)
    }

    @Test func `a postStart hook that hangs does not keep the pod, nor its end`() {
        var driver = driver(postStart: true)
        driver.started()
        driver.advance(.seconds(3600))
        #expect(driver.steps().isEmpty)
        #expect(driver.life.deadline == nil)
        #expect(driver.life.wants(postStart))
        #expect(driver.handle(.stop).contains(terminate))
        #expect(!driver.life.wants(postStart))
        _ = driver.handle(.signalled(terminate, error: nil))
        _ = driver.handle(.saved(error: nil))
        // It is still under way.
        #expect(driver.ended(exitCode: 143) == [.tearDown])
    }

    @Test func `a container that ends during its postStart hook has ended`() {
        var driver = driver(policy: .never, postStart: true)
        driver.started()
        driver.ended(exitCode: 1)
        #expect(driver.phase == .failed)
        #expect(!driver.life.wants(postStart))
        driver.handle(postStarted())
        #expect(driver.phase == .failed)
    }

    @Test func `preStop comes before the signal and eats the grace period up`() {
        var driver = driver(preStop: true)
        driver.started()
        _ = driver.handle(.saved(error: nil))
        #expect(driver.handle(.stop) == [preStop])
        driver.advance(.seconds(20))
        #expect(driver.handle(preStopped()) == [terminate])
        driver.advance(.seconds(9))
        #expect(driver.steps().isEmpty)
        driver.advance(.seconds(1))
        #expect(driver.steps() == [kill])
    }

    @Test func `what is left after the hook is two seconds at least`() {
        var driver = driver(preStop: true)
        driver.started()
        _ = driver.handle(.stop)
        driver.advance(.milliseconds(29_500))
        #expect(driver.handle(preStopped()).contains(terminate))
        driver.advance(.milliseconds(1_900))
        #expect(driver.steps().isEmpty)
        driver.advance(.milliseconds(100))
        #expect(driver.steps() == [kill])
    }

    @Test func `a preStop hook that hangs is cut off, and one that fails is told`() {
        var hangs = driver(preStop: true)
        hangs.started()
        _ = hangs.handle(.stop)
        hangs.advance(.seconds(30))
        #expect(hangs.steps() == [terminate])
        #expect(!hangs.life.wants(preStop))
        hangs.handle(preStopped("too late"))
        hangs.advance(.seconds(2))
        #expect(hangs.steps() == [kill])

        var fails = driver(preStop: true)
        fails.started()
        _ = fails.handle(.stop)
        #expect(fails.handle(preStopped("secret")).contains(terminate))
        #expect(fails.life.events.entries.contains { $0.reason == .failedPreStopHook })
    }

    @Test func `there is no preStop for a container that has ended, nor without a grace period`() {
        var ended = driver(policy: .never, preStop: true)
        ended.started()
        #expect(!ended.ended(exitCode: 0).contains(preStop))

        var none = driver(grace: .zero, preStop: true)
        none.started()
        _ = none.handle(.saved(error: nil))
        #expect(none.handle(.stop) == [kill])
    }

    @Test func `a container that ends during its preStop hook is not asked to`() {
        var driver = driver(preStop: true)
        driver.started()
        _ = driver.handle(.saved(error: nil))
        _ = driver.handle(.stop)
        #expect(driver.ended(exitCode: 0) == [.tearDown])
        #expect(!driver.life.wants(preStop))
    }

    @Test func `a clock that jumps back an hour does not stretch a hook`() {
        var driver = driver(preStop: true)
        driver.started()
        _ = driver.handle(.stop)
        driver.now.wall = driver.now.wall.advanced(by: .seconds(-3600))
        driver.advance(.seconds(30))
        #expect(driver.steps().contains(terminate))
    }
}
