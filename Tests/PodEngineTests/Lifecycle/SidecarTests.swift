import Linux
import PodEngine
import PodSpec
import Testing

/// Init containers with `restartPolicy: Always` (KEP-753).
struct SidecarTests {
    /// `proxy`, then `setup`, then `log`, then `web`.
    private func driver(policy: Pod.RestartPolicy = .always, grace: Duration = .seconds(30)) -> LifecycleDriver {
        LifecycleDriver(["web"], initial: ["proxy", "setup", "log"], sidecars: ["proxy", "log"], policy: policy, grace: grace)
    }

    private func running(policy: Pod.RestartPolicy = .always) -> LifecycleDriver {
        var driver = driver(policy: policy)
        driver.prepare()
        driver.started("proxy")
        driver.started("setup")
        driver.ended("setup", exitCode: 0)
        driver.started("log")
        driver.started("web")
        _ = driver.handle(.saved(error: nil))
        return driver
    }

    @Test func `each starts in its turn, and stays while the next one runs`() {
        var driver = driver()
        #expect(driver.prepare() == [.start(container: "proxy", attempt: 0)])
        #expect(driver.state(of: "web")?.state.waiting?.reason == "PodInitializing")
        #expect(driver.started("proxy").contains(.start(container: "setup", attempt: 0)))
        #expect(driver.state(of: "proxy")?.ready == true)
        #expect(driver.state(of: "proxy")?.started == true)
        driver.started("setup")
        #expect(driver.phase == .pending)
        #expect(driver.condition("Initialized")?.message == "containers with incomplete status: [setup log]")
        #expect(driver.ended("setup", exitCode: 0).contains(.start(container: "log", attempt: 0)))
        #expect(driver.started("log").contains(.start(container: "web", attempt: 0)))
        #expect(driver.condition("Initialized")?.status == "True")
        driver.started("web")
        #expect(driver.phase == .running)
        #expect(driver.condition("Ready")?.status == "True")
        #expect(driver.status.initContainerStatuses.map(\.name) == ["proxy", "setup", "log"])
    }

    @Test func `one that ends is started again under any policy, and takes readiness with it, not the phase`() {
        var driver = running(policy: .never)
        let steps = driver.ended("log", exitCode: 0)
        #expect(steps.contains { if case .fetchImage = $0 { true } else { false } })
        #expect(driver.phase == .running)
        #expect(driver.condition("Initialized")?.status == "True")
        #expect(driver.condition("ContainersReady")?.message == "containers with unready status: [log]")
        let request = ImageRequest(reference: "web:1", policy: .ifNotPresent)
        #expect(
            driver.handle(.imageReady(request, LifecycleDriver.image, pulled: false))
                .contains(.start(container: "log", attempt: 1))
        )
    }

    @Test func `a main container does not wait for a sidecar that starts anew`() {
        var driver = running()
        driver.ended("proxy", exitCode: 1)
        driver.ended("web", exitCode: 1)
        let request = ImageRequest(reference: "web:1", policy: .ifNotPresent)
        #expect(
            driver.handle(.imageReady(request, LifecycleDriver.image, pulled: false)).isSuperset(of: [
                .start(container: "proxy", attempt: 1), .start(container: "web", attempt: 1),
            ])
        )
    }

    @Test func `they do not keep a pod from finishing, and end after it, the last one first`() {
        var driver = running(policy: .never)
        #expect(driver.ended("web", exitCode: 0).contains(.terminate(container: "log", attempt: 0)))
        #expect(driver.phase == .running)
        #expect(!driver.life.isFinished)
        #expect(driver.ended("log", exitCode: 143).contains(.terminate(container: "proxy", attempt: 0)))
        // How a sidecar ends says nothing about the pod.
        driver.ended("proxy", exitCode: 137)
        #expect(driver.phase == .succeeded)
        #expect(driver.life.isFinished)
        #expect(driver.condition("Ready")?.reason == "PodCompleted")
        #expect(driver.condition("Initialized")?.reason == "PodCompleted")
        _ = driver.handle(.saved(error: nil))
        #expect(driver.handle(.saved(error: nil)) == [.releaseSandbox])
    }

    @Test func `the removal of a pod ends them in reverse after the main containers`() {
        var driver = running()
        #expect(driver.handle(.stop) == [.terminate(container: "web", attempt: 0)])
        #expect(driver.ended("web", exitCode: 143) == [.terminate(container: "log", attempt: 0)])
        #expect(driver.ended("log", exitCode: 143) == [.terminate(container: "proxy", attempt: 0)])
        // A removal does not overtake what is being written down.
        _ = driver.handle(.saved(error: nil))
        for name in ["web", "log", "proxy"] {
            _ = driver.handle(.signalled(.terminate(container: name, attempt: 0), error: nil))
        }
        #expect(driver.ended("proxy", exitCode: 143) == [.tearDown])
    }

    @Test func `when the grace period is over, nobody waits for a turn any more`() {
        var driver = running()
        _ = driver.handle(.stop)
        driver.advance(.seconds(30))
        #expect(
            driver.steps() == [
                .kill(container: "web", attempt: 0), .terminate(container: "log", attempt: 0),
                .terminate(container: "proxy", attempt: 0),
            ]
        )
        // They have the least that there is.
        driver.advance(.seconds(2))
        #expect(driver.steps() == [.kill(container: "log", attempt: 0), .kill(container: "proxy", attempt: 0)])
    }

    @Test func `an init container that fails for good ends them, and the pod`() {
        var driver = driver(policy: .never)
        driver.prepare()
        driver.started("proxy")
        driver.started("setup")
        #expect(driver.ended("setup", exitCode: 1).contains(.terminate(container: "proxy", attempt: 0)))
        #expect(driver.phase == .pending)
        driver.ended("proxy", exitCode: 0)
        #expect(driver.phase == .failed)
        #expect(driver.condition("Ready")?.reason == "PodFailed")
    }

    @Test func `one that waits for its next attempt when the pod finishes is known by its last`() {
        var driver = running(policy: .never)
        driver.ended("log", exitCode: 1)
        let request = ImageRequest(reference: "web:1", policy: .ifNotPresent)
        _ = driver.handle(.imageReady(request, LifecycleDriver.image, pulled: false))
        driver.started("log", 1)
        driver.ended("log", 1, exitCode: 2)
        driver.ended("web", exitCode: 0)
        driver.ended("proxy", exitCode: 0)
        #expect(driver.phase == .succeeded)
        #expect(driver.state(of: "log")?.state.terminated?.exitCode == 2)
        #expect(driver.state(of: "log")?.restartCount == 1)
        #expect(driver.life.deadline == nil)
    }

    @Test func `an agent that takes over finds them where they were`() {
        let before = running()
        let process = RunningContainer(pid: 7, startedAt: before.now.wall)
        var facts = AdoptionFacts(startTime: before.now.wall, sandbox: PodLifecycle.Sandbox(network: nil))
        facts.history = PodHistory(before.life, at: before.now)
        for name in ["proxy", "log", "web"] { facts.containers[name] = .init(attempt: 0, outcome: .running(process)) }
        let exit = ContainerExit(exitCode: 0, startedAt: nil, finishedAt: before.now.wall)
        facts.containers["setup"] = .init(attempt: 0, outcome: .exited(exit))
        var after = before
        after.life = .adopted(before.life.shape, facts, backoffs: BackoffPolicies(), at: before.now)
        #expect(
            after.steps() == [
                .watch(container: "proxy", attempt: 0), .watch(container: "log", attempt: 0),
                .watch(container: "web", attempt: 0), .save,
            ]
        )
        #expect(after.phase == .running)
        #expect(after.condition("Ready")?.status == "True")
    }
}
