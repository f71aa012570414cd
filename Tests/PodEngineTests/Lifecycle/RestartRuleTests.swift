import Linux
import PodEngine
import PodSpec
import Testing

/// Restart policies and rules of single containers (KEP-5307), and what many restarts leave.
struct RestartRuleTests {
    private let request = ImageRequest(reference: "web:1", policy: .ifNotPresent)

    private func driver(
        _ pod: Pod.RestartPolicy,
        own: Pod.RestartPolicy,
        rules: [ContainerRestartRule] = []
    ) -> LifecycleDriver {
        var driver = LifecycleDriver(["web", "other"], policy: pod) { shape in
            shape.containers[0].restartPolicy = own
            shape.containers[0].restartRules = rules
        }
        driver.prepare()
        driver.started("web")
        driver.started("other")
        return driver
    }

    @Test func `a container's own policy takes the place of the pod's`() {
        var always = driver(.never, own: .always)
        always.ended("other", exitCode: 0)
        always.ended(exitCode: 0)
        #expect(always.life.containers[0].attempt == 1)
        #expect(always.phase == .running)

        var never = driver(.always, own: .never)
        never.ended(exitCode: 1)
        #expect(never.state(of: "web")?.state.terminated?.exitCode == 1)
        #expect(never.phase == .running)
        #expect(!never.life.isFinished)
    }

    @Test func `a rule goes before the policy`() {
        let rules = [ContainerRestartRule(.restart, on: .init(.in, [42, 43]))]
        var hit = driver(.never, own: .never, rules: rules)
        hit.ended(exitCode: 43)
        #expect(hit.life.containers[0].attempt == 1)

        var miss = driver(.never, own: .never, rules: rules)
        miss.ended(exitCode: 1)
        miss.ended("other", exitCode: 0)
        #expect(miss.phase == .failed)

        var other = driver(.never, own: .never, rules: [ContainerRestartRule(.restart, on: .init(.notIn, [0]))])
        other.ended(exitCode: 1)
        #expect(other.life.containers[0].attempt == 1)
    }

    private static let all = [ContainerRestartRule(.restartAllContainers, on: .init(.in, [42]))]

    private func image(_ driver: inout LifecycleDriver) -> Set<PodStep> {
        driver.handle(.imageReady(request, LifecycleDriver.image, pulled: false))
    }

    @Test func `one that ends so has all begin anew, init containers first, when nothing runs any more`() {
        var driver = LifecycleDriver(["web", "other"], initial: ["one"], policy: .never) { shape in
            shape.containers[1].restartRules = Self.all
        }
        driver.prepare()
        driver.started("one")
        driver.ended("one", exitCode: 0)
        _ = image(&driver)
        driver.started("web")
        driver.started("other")
        driver.handle(.saved(error: nil))
        driver.ended("web", exitCode: 42)
        #expect(driver.condition("AllContainersRestarting")?.status == "True")
        // Written down first: an agent that comes after this one goes on from there.
        let steps = driver.handle(.recorded)
        #expect(steps.contains(.terminate(container: "other", attempt: 0)))
        #expect(!steps.contains { if case .start = $0 { true } else { false } })
        #expect(!image(&driver).contains { if case .start = $0 { true } else { false } })
        #expect(driver.ended("other", exitCode: 143).contains(.start(container: "one", attempt: 1)))
        driver.started("one", 1)
        #expect(!image(&driver).contains { if case .start = $0 { true } else { false } })
        driver.ended("one", 1, exitCode: 0)
        _ = image(&driver)
        driver.started("web", 1)
        driver.started("other", 1)
        #expect(driver.condition("AllContainersRestarting") == nil)
        #expect(driver.life.containers.map(\.attempt) == [1, 1, 1])
        // Any other end is an end.
        driver.ended("web", 1, exitCode: 1)
        driver.ended("other", 1, exitCode: 0)
        #expect(driver.phase == .failed)
    }

    @Test func `one that has ended for good begins anew with the others`() {
        var driver = driver(.never, own: .never, rules: Self.all)
        driver.ended("other", exitCode: 0)
        driver.ended("web", exitCode: 42)
        driver.handle(.recorded)
        let steps = image(&driver)
        #expect(steps.contains(.start(container: "web", attempt: 1)))
        #expect(steps.contains(.start(container: "other", attempt: 1)))
    }

    @Test func `an init container that may not run again fails the pod, whatever the pod's policy`() {
        var driver = LifecycleDriver(["web"], initial: ["one"]) { $0.containers[0].restartPolicy = .never }
        driver.prepare()
        driver.started("one")
        driver.ended("one", exitCode: 1)
        #expect(driver.phase == .failed)
        #expect(driver.life.isFinished)
    }

    @Test func `ten thousand restarts leave a number and nothing that grows`() throws {
        var driver = LifecycleDriver()
        driver.prepare()
        var sizes: [Int] = []
        for attempt in 0..<10_000 {
            driver.started("web", attempt)
            _ = driver.handle(.saved(error: nil))
            driver.ended("web", attempt, exitCode: 1)
            _ = driver.handle(.saved(error: nil))
            // Never longer than five minutes, never sooner than it should.
            if let deadline = driver.life.deadline {
                #expect(deadline.since(driver.now.uptime) <= .seconds(300))
                driver.advance(deadline.since(driver.now.uptime))
                _ = driver.steps()
            }
            let steps = driver.handle(.imageReady(request, LifecycleDriver.image, pulled: false))
            #expect(steps.contains(.start(container: "web", attempt: attempt + 1)))
            if attempt.isMultiple(of: 1000) {
                sizes.append(driver.life.events.entries.count + driver.life.underWay.count + driver.life.conditions.types.count)
            }
        }
        #expect(driver.state(of: "web")?.restartCount == 10_000)
        #expect(Set(sizes.dropFirst()).count == 1)
        #expect(PodHistory(driver.life, at: driver.now).containers.count == 1)
    }
}
