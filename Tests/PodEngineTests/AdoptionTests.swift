import Linux
import PodEngine
import PodSpec
import Testing

struct AdoptionTests {
    private let now = LifecycleDriver().now
    private let sandbox = PodLifecycle.Sandbox(network: nil)

    private func shape(initial: [String] = [], policy: Pod.RestartPolicy = .always) -> PodShape {
        LifecycleDriver(["web"], initial: initial, policy: policy).life.shape
    }

    private func adopt(_ shape: PodShape, _ facts: AdoptionFacts) -> PodLifecycle {
        .adopted(shape, facts, backoffs: BackoffPolicies(), at: now)
    }

    private func facts(
        sandbox: PodLifecycle.Sandbox?,
        _ outcome: AdoptedContainer? = nil,
        attempt: Int = 0
    ) -> AdoptionFacts {
        var facts = AdoptionFacts(startTime: now.wall, sandbox: sandbox)
        if let outcome { facts.containers["web"] = .init(attempt: attempt, outcome: outcome) }
        return facts
    }

    @Test func `a running container goes on, and no restart is counted`() {
        let process = RunningContainer(pid: 42, startedAt: now.wall)
        var life = adopt(shape(), facts(sandbox: sandbox, .running(process), attempt: 3))
        #expect(life.containers[0].process == process)
        #expect(life.containers[0].attempt == 3)
        #expect(Set(life.takeSteps(at: now)) == [.watch(container: "web", attempt: 3), .save])
    }

    @Test func `an end that nobody saw is handled with the time at which it was`() {
        let finished = now.wall.advanced(by: .seconds(-3))
        let exit = ContainerExit(exitCode: 1, startedAt: nil, finishedAt: finished)
        let life = adopt(shape(), facts(sandbox: sandbox, .exited(exit)))
        #expect(life.containers[0].attempt == 1)
        #expect(life.containers[0].previous?.finishedAt == finished)

        let never = adopt(shape(policy: .never), facts(sandbox: sandbox, .exited(exit)))
        #expect(never.isFinished)
        #expect(never.containers[0].attempt == 0)
    }

    @Test func `a start that was cut off is made again under the same number`() {
        var life = adopt(shape(), facts(sandbox: sandbox, .neverStarted))
        #expect(life.containers[0].attempt == 0)
        #expect(life.containers[0].stage == .idle)
        #expect(life.takeSteps(at: now).contains { if case .fetchImage = $0 { true } else { false } })
    }

    @Test func `a container without its monitor is a failed attempt`() {
        let life = adopt(shape(), facts(sandbox: sandbox, .lost))
        #expect(life.containers[0].attempt == 1)
        #expect(life.containers[0].previous?.reason == .containerStatusUnknown)
    }

    @Test func `a half-made sandbox is made anew`() {
        var life = adopt(shape(), facts(sandbox: nil))
        #expect(Set(life.takeSteps(at: now)).isSuperset(of: [.prepareSandbox, .prepareVolumes]))
        #expect(life.containers[0].attempt == 0)
    }

    @Test func `after a reboot containers run again, counted, and init containers too`() throws {
        var before = LifecycleDriver(["web"], initial: ["one"])
        before.prepare()
        before.started("one")
        before.ended("one", exitCode: 0)
        before.started("web")
        var facts = facts(sandbox: nil)
        facts.history = PodHistory(before.life, at: before.now)
        let life = adopt(before.life.shape, facts)
        #expect(life.containers.map(\.attempt) == [1, 1])
        #expect(life.containers[1].previous?.message == "The machine was restarted")
        #expect(!life.isInitialized)
    }

    @Test func `a restart of all that was cut off goes on with the init containers`() {
        let rules = [ContainerRestartRule(.restartAllContainers, on: .init(.in, [42]))]
        var before = LifecycleDriver(["web", "other"], initial: ["one"]) { $0.containers[1].restartRules = rules }
        before.prepare()
        before.started("one")
        before.ended("one", exitCode: 0)
        before.handle(.imageReady(ImageRequest(reference: "web:1", policy: .ifNotPresent), LifecycleDriver.image, pulled: false))
        before.started("web")
        before.started("other")
        before.ended("web", exitCode: 42)
        var facts = facts(sandbox: sandbox)
        facts.history = PodHistory(before.life, at: before.now)
        facts.containers["other"] = .init(attempt: 0, outcome: .running(RunningContainer(pid: 7, startedAt: now.wall)))
        facts.outdatedAttempts = ["one": 0, "other": 0]
        var life = adopt(before.life.shape, facts)
        #expect(life.isRestartingAll && !life.isInitialized)
        #expect(life.takeSteps(at: now).contains(.terminate(container: "other", attempt: 0)))
        #expect(life.containers[0].attempt == 1 && life.containers[0].stage == .idle)
    }

    @Test func `a pod that was finished stays finished over a reboot`() {
        var before = LifecycleDriver(policy: .never)
        before.prepare()
        before.started()
        before.ended(exitCode: 0)
        var facts = facts(sandbox: nil)
        facts.history = PodHistory(before.life, at: before.now)
        var life = adopt(before.life.shape, facts)
        #expect(life.isFinished)
        #expect(life.takeSteps(at: now) == [.save])
        #expect(life.deadline == nil)
    }

    @Test func `restart counts and back-off survive the agent`() {
        var before = LifecycleDriver()
        before.prepare()
        before.started()
        before.ended(exitCode: 1)
        _ = before.handle(
            .imageReady(ImageRequest(reference: "web:1", policy: .ifNotPresent), LifecycleDriver.image, pulled: false)
        )
        before.started("web", 1)
        before.ended("web", 1, exitCode: 1)
        var facts = facts(sandbox: sandbox)
        facts.history = PodHistory(before.life, at: before.now)
        let life = adopt(before.life.shape, facts)
        #expect(life.containers[0].attempt == 2)
        #expect(life.containers[0].previous?.exitCode == 1)
        #expect(life.deadline == before.life.deadline)
        #expect(life.containers[0].crashes.delay == .seconds(20))
    }
}
