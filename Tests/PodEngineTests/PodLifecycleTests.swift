import Linux
import PodEngine
import PodSpec
import Testing

struct PodLifecycleTests {
    private let request = ImageRequest(reference: "web:1", policy: .ifNotPresent)

    @Test func `nothing is made before it is written down`() {
        var driver = LifecycleDriver()
        #expect(driver.steps() == [.record])
        #expect(driver.steps().isEmpty)
        #expect(driver.handle(.recorded) == [.prepareSandbox, .prepareVolumes, .fetchImage(request)])
    }

    @Test func `a record that cannot be written is tried again, and nothing else is begun`() {
        var driver = LifecycleDriver()
        _ = driver.steps()
        #expect(driver.handle(.recordFailed(StepFailure(.failedRecord, "disk full"))).isEmpty)
        #expect(driver.status.containerStatuses[0].state.waiting?.reason == "FailedRecord")
        driver.advance(.seconds(1))
        #expect(driver.steps() == [.record])
    }

    @Test func `containers start together, and are watched and saved when they run`() {
        var driver = LifecycleDriver(["a", "b", "c"])
        #expect(
            driver.prepare() == [
                .start(container: "a", attempt: 0), .start(container: "b", attempt: 0),
                .start(container: "c", attempt: 0),
            ]
        )
        #expect(driver.phase == .pending)
        #expect(driver.started("a") == [.watch(container: "a", attempt: 0)])
        #expect(driver.started("b") == [.watch(container: "b", attempt: 0)])
        // Only when the last one runs: an fsync would delay the others.
        #expect(driver.started("c") == [.watch(container: "c", attempt: 0), .save])
        #expect(driver.phase == .running)
        #expect(driver.life.deadline == nil)
        #expect(driver.status.conditions.allSatisfy { $0.status == "True" })
    }

    @Test func `init containers run one after the other, before the others`() {
        var driver = LifecycleDriver(["web"], initial: ["one", "two"])
        #expect(driver.prepare() == [.start(container: "one", attempt: 0)])
        driver.started("one")
        #expect(driver.status.containerStatuses[0].state.waiting?.reason == "PodInitializing")
        #expect(driver.ended("one", exitCode: 0).contains(.start(container: "two", attempt: 0)))
        driver.started("two")
        #expect(driver.ended("two", exitCode: 0).contains(.start(container: "web", attempt: 0)))
        driver.started("web")
        #expect(driver.phase == .running)
        #expect(driver.status.initContainerStatuses.map(\.ready) == [true, true])
    }

    @Test func `a failed init container is run again, or fails the pod under Never`() {
        var again = LifecycleDriver(["web"], initial: ["one"])
        again.prepare()
        again.started("one")
        // The image is looked at anew for each attempt.
        #expect(again.ended("one", exitCode: 1).contains(.fetchImage(request)))
        #expect(again.phase == .pending)

        var never = LifecycleDriver(["web"], initial: ["one"], policy: .never)
        never.prepare()
        never.started("one")
        _ = never.handle(.saved(error: nil))
        #expect(never.ended("one", exitCode: 3) == [.save])
        #expect(never.phase == .failed)
        #expect(never.life.isFinished)
        #expect(never.life.deadline == nil)
    }

    @Test func `a crash is followed by a restart at once, then by back-off`() {
        var driver = LifecycleDriver()
        driver.prepare()
        driver.started()
        #expect(driver.ended(exitCode: 1).contains(.fetchImage(request)))
        #expect(
            driver.handle(.imageReady(request, LifecycleDriver.image, pulled: false))
                .contains(.start(container: "web", attempt: 1))
        )
        driver.started("web", 1)
        #expect(driver.status.containerStatuses[0].restartCount == 1)
        #expect(driver.status.containerStatuses[0].lastState.terminated?.exitCode == 1)
        _ = driver.handle(.saved(error: nil))
        _ = driver.handle(.saved(error: nil))

        #expect(driver.ended("web", 1, exitCode: 1) == [.save])
        let status = driver.status.containerStatuses[0]
        #expect(status.state.waiting?.reason == "CrashLoopBackOff")
        #expect(status.state.waiting?.message == "back-off 10s restarting failed container=web pod=pod_default(uid)")
        #expect(driver.phase == .running)
        driver.advance(.seconds(9))
        #expect(driver.steps().isEmpty)
        driver.advance(.seconds(1))
        #expect(driver.steps() == [.fetchImage(request)])
    }

    @Test func `a clock that jumps back an hour does not stretch a back-off`() {
        var driver = LifecycleDriver()
        driver.prepare()
        driver.started()
        driver.ended(exitCode: 1)
        _ = driver.handle(.imageReady(request, LifecycleDriver.image, pulled: false))
        driver.started("web", 1)
        driver.ended("web", 1, exitCode: 1)
        driver.now.wall = driver.now.wall.advanced(by: .seconds(-3600))
        driver.advance(.seconds(10))
        #expect(driver.steps().contains(.fetchImage(request)))
    }

    @Test func `OnFailure restarts failures only, Never nothing`() {
        var success = LifecycleDriver(policy: .onFailure)
        success.prepare()
        success.started()
        success.ended(exitCode: 0)
        #expect(success.phase == .succeeded)
        #expect(success.life.isFinished)
        #expect(success.status.containerStatuses[0].state.terminated?.reason == "Completed")
        #expect(success.status.conditions.first { $0.type == "Ready" }?.reason == "PodCompleted")

        var failure = LifecycleDriver(policy: .onFailure)
        failure.prepare()
        failure.started()
        failure.ended(exitCode: 2)
        #expect(failure.phase == .running)

        var never = LifecycleDriver(["a", "b"], policy: .never)
        never.prepare()
        never.started("a")
        never.started("b")
        never.ended("a", exitCode: 0)
        #expect(never.phase == .running)
        never.ended("b", exitCode: 137)
        #expect(never.phase == .failed)
    }

    @Test func `a command that cannot be run counts as an attempt`() {
        var driver = LifecycleDriver(policy: .never)
        driver.prepare()
        _ = driver.handle(.startFailed(container: "web", attempt: 0, "exec: \"/nope\": no such file"))
        let state = driver.status.containerStatuses[0].state.terminated
        #expect(state?.exitCode == 128)
        #expect(state?.reason == "StartError")
        #expect(state?.message == "exec: \"/nope\": no such file")
        #expect(driver.phase == .failed)

        var always = LifecycleDriver()
        always.prepare()
        _ = always.handle(.startFailed(container: "web", attempt: 0, "no such file"))
        #expect(always.status.containerStatuses[0].lastState.terminated?.reason == "StartError")
        #expect(always.status.containerStatuses[0].state.waiting?.reason == "RunContainerError")
    }

    @Test func `a container that cannot be made is made again under the same number`() {
        var driver = LifecycleDriver()
        driver.prepare()
        _ = driver.handle(
            .makeFailed(container: "web", attempt: 0, StepFailure(.createContainerConfigError, "no such user"))
        )
        #expect(driver.status.containerStatuses[0].state.waiting?.reason == "CreateContainerConfigError")
        driver.advance(.seconds(1))
        #expect(driver.steps() == [.fetchImage(request)])
        #expect(
            driver.handle(.imageReady(request, LifecycleDriver.image, pulled: false)) == [
                .start(container: "web", attempt: 0)
            ]
        )
    }

    @Test func `a failed pull backs off and says so`() {
        var driver = LifecycleDriver()
        _ = driver.steps()
        _ = driver.handle(.recorded)
        _ = driver.handle(.imagePulling(request))
        _ = driver.handle(.imageFailed(request, StepFailure(.errImagePull, "web:1: not found")))
        let waiting = driver.status.containerStatuses[0].state.waiting
        #expect(waiting?.reason == "ImagePullBackOff")
        #expect(waiting?.message == "Back-off pulling image \"web:1\": ErrImagePull: web:1: not found")
        driver.advance(.seconds(10))
        #expect(driver.steps() == [.fetchImage(request)])
        _ = driver.handle(.imageFailed(request, StepFailure(.errImageNeverPull, "not present")))
        #expect(driver.status.containerStatuses[0].state.waiting?.reason == "ErrImageNeverPull")
    }

    @Test func `a sandbox that fails is made again, with the reason in the status`() {
        var driver = LifecycleDriver()
        _ = driver.steps()
        _ = driver.handle(.recorded)
        _ = driver.handle(.sandboxFailed(StepFailure(.hostPortConflict, "port 80 belongs to default/other")))
        #expect(driver.status.reason == "HostPortConflict")
        #expect(driver.status.containerStatuses[0].state.waiting?.reason == "HostPortConflict")
        driver.advance(.seconds(1))
        #expect(driver.steps() == [.prepareSandbox])
    }

    @Test func `stopping asks, waits for the grace period, kills, then tears down`() {
        var driver = LifecycleDriver(["a", "b"])
        driver.prepare()
        driver.started("a")
        driver.started("b")
        _ = driver.handle(.saved(error: nil))
        let asked = driver.handle(.stop)
        #expect(asked == [.terminate(container: "a", attempt: 0), .terminate(container: "b", attempt: 0)])
        for step in asked { _ = driver.handle(.signalled(step, error: nil)) }
        #expect(driver.ended("a", exitCode: 143).isEmpty)
        driver.advance(.seconds(30))
        #expect(driver.steps() == [.kill(container: "b", attempt: 0)])
        _ = driver.handle(.signalled(.kill(container: "b", attempt: 0), error: nil))
        #expect(driver.ended("b", exitCode: 137) == [.tearDown])
        _ = driver.handle(.tornDown(errors: ["the link is busy"]))
        #expect(!driver.life.isGone)
        driver.advance(.seconds(1))
        #expect(driver.steps() == [.tearDown])
        _ = driver.handle(.tornDown(errors: []))
        #expect(driver.life.isGone)
    }

    @Test func `without a grace period SIGKILL comes first`() {
        var driver = LifecycleDriver(grace: .zero)
        driver.prepare()
        driver.started()
        _ = driver.handle(.saved(error: nil))
        #expect(driver.handle(.stop) == [.kill(container: "web", attempt: 0)])
    }

    @Test func `a pod that goes while it is being made waits for the steps under way`() {
        var driver = LifecycleDriver()
        _ = driver.steps()
        _ = driver.handle(.recorded)
        #expect(driver.handle(.stop).isEmpty)
        _ = driver.handle(.volumesReady)
        _ = driver.handle(.imageFailed(request, StepFailure(.errImagePull, "cancelled")))
        #expect(driver.handle(.sandboxReady(nil)) == [.tearDown])
    }

    @Test func `a container whose start was under way is ended when it runs`() {
        var driver = LifecycleDriver()
        driver.prepare()
        #expect(driver.handle(.stop).isEmpty)
        #expect(
            driver.started() == [.watch(container: "web", attempt: 0), .terminate(container: "web", attempt: 0)]
        )
    }

    @Test func `a process that not even SIGKILL ends does not keep the pod for ever`() {
        var driver = LifecycleDriver(grace: .zero)
        driver.prepare()
        driver.started()
        _ = driver.handle(.saved(error: nil))
        _ = driver.handle(.stop)
        _ = driver.handle(.signalled(.kill(container: "web", attempt: 0), error: nil))
        driver.advance(.seconds(10))
        #expect(driver.steps() == [.tearDown])
    }

    @Test func `OOM is told apart from other ends`() {
        var driver = LifecycleDriver(policy: .never)
        driver.prepare()
        driver.started()
        let exit = ContainerExit(
            exitCode: 137,
            signal: 9,
            oomKilled: true,
            startedAt: driver.now.wall,
            finishedAt: driver.now.wall
        )
        _ = driver.handle(.ended(container: "web", attempt: 0, ContainerTermination(exit)))
        #expect(driver.status.containerStatuses[0].state.terminated?.reason == "OOMKilled")
        #expect(driver.status.containerStatuses[0].state.terminated?.signal == 9)
    }

    @Test func `an event of an attempt that is over changes nothing`() {
        var driver = LifecycleDriver()
        driver.prepare()
        driver.started()
        driver.ended(exitCode: 1)
        let before = driver.life.containers
        driver.life.handle(
            .ended(container: "web", attempt: 0, .startError("late", at: driver.now.wall)),
            at: driver.now
        )
        #expect(driver.life.containers == before)
    }

    @Test func `events are counted, not repeated, and bounded`() {
        var log = PodEventLog(capacity: 3)
        let time = Timestamp(seconds: 1)
        for _ in 0..<5 { log.note(.warning, .backOff, "again", at: time) }
        #expect(log.entries.map(\.count) == [5])
        for number in 0..<5 { log.note(.normal, .pulled, "\(number)", at: time) }
        #expect(log.entries.map(\.message) == ["2", "3", "4"])
    }
}
