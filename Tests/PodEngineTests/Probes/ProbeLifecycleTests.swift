import Linux
import PodEngine
import PodSpec
import Testing

/// What probes do to the life of a pod.
struct ProbeLifecycleTests {
    private func driver(
        _ kinds: ProbeKind...,
        policy: Pod.RestartPolicy = .always,
        grace: Duration? = nil
    ) -> LifecycleDriver {
        var shape = ProbeShape(.exec(["true"]))
        shape.grace = grace
        let request = ImageRequest(reference: "web:1", policy: .ifNotPresent)
        var container = ContainerShape(name: "web", role: .main, image: request, restartPolicy: policy)
        for kind in kinds { container.probes[kind] = shape }
        var driver = LifecycleDriver(policy: policy)
        let pod = PodShape(
            uid: "uid",
            key: PodKey(namespace: "default", name: "pod"),
            containers: [container],
            restartPolicy: policy,
            gracePeriod: .seconds(30)
        )
        driver.life = PodLifecycle(pod, backoffs: BackoffPolicies(), at: driver.now)
        driver.prepare()
        return driver
    }

    private func step(_ kind: ProbeKind, _ attempt: Int = 0) -> PodStep {
        .probe(container: "web", attempt: attempt, kind)
    }

    private func probed(_ kind: ProbeKind, _ outcome: ProbeOutcome?, _ remark: ProbeReport.Remark? = nil) -> PodEvent {
        .probed(container: "web", attempt: 0, kind, ProbeReport(outcome: outcome, remark: remark))
    }

    @Test func `readiness decides whether container and pod are ready`() {
        var driver = driver(.readiness)
        #expect(driver.started().contains(step(.readiness)))
        #expect(driver.phase == .running)
        #expect(!driver.life.containers[0].isReady)
        #expect(driver.life.conditions[.ready]?.isTrue == false)
        driver.advance(.seconds(3))
        driver.handle(probed(.readiness, .passed))
        #expect(driver.status.containerStatuses[0].ready)
        #expect(driver.life.conditions[.ready] == .init(isTrue: true, since: driver.now.wall))
        driver.handle(probed(.readiness, .failed, .failed("503")))
        #expect(!driver.life.containers[0].isReady)
        #expect(driver.life.events.entries.last?.message == "Readiness probe failed: 503")
        #expect(driver.life.wants(step(.readiness)))
        #expect(driver.life.containers[0].attempt == 0)
    }

    @Test func `startup holds the others back`() {
        var driver = driver(.startup, .liveness, .readiness)
        let first = driver.started()
        #expect(first.contains(step(.startup)) && !first.contains(step(.liveness)) && !first.contains(step(.readiness)))
        #expect(driver.status.containerStatuses[0].started == false)
        let then = driver.handle(probed(.startup, .passed))
        #expect(then.contains(step(.liveness)) && then.contains(step(.readiness)))
        #expect(!driver.life.wants(step(.startup)))
        #expect(driver.status.containerStatuses[0].started == true)
        #expect(!driver.life.containers[0].isReady)
    }

    @Test(arguments: [ProbeKind.startup, .liveness])
    func `a container that fails is ended within the probe's own grace, and starts anew`(_ kind: ProbeKind) {
        var driver = driver(kind, grace: .seconds(5))
        driver.started()
        let steps = driver.handle(probed(kind, .failed, .failed("gone")))
        #expect(steps.contains(.terminate(container: "web", attempt: 0)))
        #expect(!driver.life.wants(step(kind)))
        #expect(driver.life.events.entries.contains { $0.reason.rawValue == "Unhealthy" })
        #expect(driver.life.events.entries.contains { $0.reason.rawValue == "Killing" && $0.message.hasSuffix("will be restarted") })
        driver.handle(.signalled(.terminate(container: "web", attempt: 0), error: nil))
        driver.advance(.seconds(4))
        #expect(driver.steps().isEmpty)
        driver.advance(.seconds(1))
        #expect(driver.steps().contains(.kill(container: "web", attempt: 0)))
        driver.ended(exitCode: 137)
        #expect(driver.life.containers[0].attempt == 1)
        driver.handle(.imageReady(ImageRequest(reference: "web:1", policy: .ifNotPresent), LifecycleDriver.image, pulled: false))
        #expect(driver.started("web", 1).contains(step(kind, 1)))
    }

    @Test(arguments: [(Pod.RestartPolicy.always, 1), (.onFailure, 1), (.never, 0)])
    func `one that ends in good order after it failed has failed all the same`(_ policy: Pod.RestartPolicy, _ attempt: Int) {
        var driver = driver(.liveness, policy: policy)
        driver.started()
        driver.handle(probed(.liveness, .failed))
        driver.ended(exitCode: 0)
        #expect(driver.life.containers[0].attempt == attempt)
    }

    @Test func `what the container says steers nobody's terminal`() {
        var driver = driver(.readiness)
        driver.started()
        driver.handle(probed(.readiness, nil, .failed("\u{1B}[31mred\n" + String(repeating: "x", count: 100_000))))
        let message = driver.life.events.entries.last?.message ?? ""
        #expect(message.hasPrefix("Readiness probe failed:  [31mred x"))
        #expect(message.utf8.count < 1100)
    }

    @Test func `answers that come too late count for nothing`() {
        var driver = driver(.readiness, .liveness)
        driver.started()
        driver.ended(exitCode: 1)
        driver.handle(probed(.readiness, .passed))
        driver.handle(probed(.liveness, .failed))
        #expect(driver.life.containers[0].attempt == 1)
        #expect(driver.life.containers[0].kill == nil)
        #expect(!driver.life.containers[0].isReady)
    }

    @Test func `a pod that is stopped is not asked any more`() {
        var driver = driver(.readiness)
        driver.started()
        driver.handle(probed(.readiness, .passed))
        driver.handle(.stop)
        #expect(!driver.life.wants(step(.readiness)))
        // Its end does not hold the pod's up.
        driver.handle(.signalled(.terminate(container: "web", attempt: 0), error: nil))
        driver.handle(.saved(error: nil))
        #expect(driver.ended(exitCode: 0).contains(.tearDown))
    }

    @Test func `another agent keeps readiness until there are answers`() {
        var driver = driver(.startup, .readiness)
        driver.started()
        driver.handle(probed(.startup, .passed))
        driver.handle(probed(.readiness, .passed))
        let history = PodHistory(driver.life, at: driver.now)
        #expect(history.containers[0].probedReady == true)
        var facts = AdoptionFacts(startTime: driver.now.wall, sandbox: .init(network: nil))
        facts.history = history
        let process = RunningContainer(pid: 7, startedAt: driver.now.wall)
        facts.containers["web"] = AdoptionFacts.Container(attempt: 0, outcome: .running(process))
        var life = PodLifecycle.adopted(driver.life.shape, facts, backoffs: BackoffPolicies(), at: driver.now)
        #expect(life.containers[0].isReady)
        #expect(life.takeSteps(at: driver.now).contains(step(.readiness)))
        // A record of an agent that knew no probes.
        facts.history?.containers[0].probedReady = nil
        facts.history?.containers[0].probedStarted = nil
        life = PodLifecycle.adopted(driver.life.shape, facts, backoffs: BackoffPolicies(), at: driver.now)
        #expect(!life.containers[0].isReady)
        #expect(life.takeSteps(at: driver.now).contains(step(.startup)))
    }
}
