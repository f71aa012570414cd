import Glibc
import Linux
import PodEngine
import PodSpec
import Testing

/// Requests and limits that change while a pod runs: the state machine.
struct PodResizingTests {
    private func allocation(_ cpu: String) -> PodAllocation {
        var requirements = ResourceRequirements()
        requirements.requests["cpu"] = Quantity(cpu)
        var allocation = PodAllocation()
        allocation.containers["web"] = requirements
        return allocation
    }

    private func running() -> LifecycleDriver {
        var driver = LifecycleDriver()
        driver.prepare()
        driver.started()
        driver.handle(.saved(error: nil))
        return driver
    }

    private func want(_ cpu: String, _ driver: inout LifecycleDriver) -> Set<PodStep> {
        var shape = driver.life.shape
        shape.allocation = allocation(cpu)
        return driver.handle(.updated(PodUpdate(shape: shape)))
    }

    @Test func `written down, applied, written down`() {
        var driver = running()
        #expect(want("500m", &driver) == [.record])
        #expect(driver.handle(.recorded).contains(.resize))
        #expect(driver.status.conditions.contains { $0.type == "PodResizeInProgress" })
        #expect(driver.handle(.resized(allocation("500m"))) == [.record])
        #expect(driver.life.resizing.applied == allocation("500m"))
        #expect(!driver.status.conditions.contains { $0.type.hasPrefix("PodResize") })
        #expect(driver.life.containers[0].attempt == 0)
        driver.handle(.recorded)
        #expect(driver.life.deadline == nil)
    }

    @Test func `what can never be is not tried again, until the file says something else`() {
        var driver = running()
        _ = want("500", &driver)
        driver.handle(.recorded)
        driver.handle(.saved(error: nil))
        driver.handle(.resizeRefused(StepFailure(.infeasible, "too much")))
        let condition = driver.status.conditions.first { $0.type == "PodResizePending" }
        #expect(condition?.reason == "Infeasible" && condition?.message == "too much")
        #expect(driver.life.deadline == nil)
        #expect(driver.life.resizing.granted == PodAllocation())
        // Back to what it has: nothing to be done.
        var shape = driver.life.shape
        shape.allocation = PodAllocation()
        driver.handle(.updated(PodUpdate(shape: shape)))
        #expect(!driver.handle(.recorded).contains(.resize))
        #expect(!driver.status.conditions.contains { $0.type == "PodResizePending" })
    }

    @Test func `what cannot be now is tried again`() {
        var driver = running()
        _ = want("500m", &driver)
        driver.handle(.recorded)
        driver.handle(.saved(error: nil))
        driver.handle(.resizeRefused(StepFailure(.deferred, "the others")))
        #expect(driver.status.conditions.first { $0.type == "PodResizePending" }?.reason == "Deferred")
        #expect(driver.steps().isEmpty)
        driver.advance(.seconds(1))
        #expect(driver.steps() == [.resize])
    }

    @Test func `what was granted and could not be applied is tried again, and a container starts with it`() {
        var driver = running()
        _ = want("500m", &driver)
        driver.handle(.recorded)
        driver.handle(.saved(error: nil))
        driver.handle(.resizeFailed(allocation("500m"), StepFailure(.resizeError, "in use")))
        let condition = driver.status.conditions.first { $0.type == "PodResizeInProgress" }
        #expect(condition?.reason == "Error" && condition?.message == "in use")
        #expect(driver.life.resizing.granted == allocation("500m"))
        #expect(driver.life.resizing.applied == PodAllocation())
        driver.advance(.seconds(1))
        #expect(driver.steps() == [.resize])
    }

    @Test func `another wish while one is being applied is applied after it`() {
        var driver = running()
        _ = want("500m", &driver)
        driver.handle(.recorded)
        _ = want("700m", &driver)
        driver.handle(.recorded)
        #expect(driver.handle(.resized(allocation("500m"))) == [.record])
        #expect(driver.handle(.recorded).contains(.resize))
    }

    @Test func `a container that starts waits for its figures, and a resize for a start`() {
        var driver = LifecycleDriver()
        driver.prepare()
        // The start is under way with the old ones.
        _ = want("500m", &driver)
        #expect(!driver.handle(.recorded).contains(.resize))
        #expect(driver.started().contains(.resize))
        let ends = driver.ended(exitCode: 1)
        #expect(!ends.contains { if case .start = $0 { true } else { false } })
        let request = ImageRequest(reference: "web:1", policy: .ifNotPresent)
        driver.handle(.imageReady(request, LifecycleDriver.image, pulled: false))
        driver.handle(.resized(allocation("500m")))
        #expect(driver.handle(.recorded).contains(.start(container: "web", attempt: 1)))
    }
}

/// The same over a supervisor with fakes.
struct PodResizeSupervisorTests {
    private let fixture: PodFixture
    private var machine: FakeMachine { fixture.machine }

    init() throws {
        fixture = try PodFixture()
        fixture.machine.addImage("web:1")
    }

    private func manifest(_ cpu: String, _ memory: String, policy: String = "") -> String {
        PodFixture.manifest("a").replacing(
            "image: \"web:1\"",
            with: "image: \"web:1\", \(policy) resources: {requests: {cpu: 100m}, limits: {cpu: \(cpu), memory: \(memory)}}"
        )
    }

    private var resizes: [String] { machine.journal.filter { $0.hasPrefix("resize") } }

    private func limit(_ memory: String, _ store: PodStore) async throws -> PodSnapshot {
        try await store.wait("memory \(memory)") { store in
            store.pods.first.flatMap { pod in
                let status = pod.pod.status?.containerStatuses.first
                return status?.resources?.limits["memory"] == Quantity(memory) ? pod : nil
            }
        }
    }

    @Test(.timeLimit(.minutes(1)))
    func `the pod grows first and shrinks last, and nothing restarts`() async throws {
        try await fixture.withEngine { engine in
            try fixture.put("a.yaml", manifest("500m", "64Mi"))
            let before = try await engine.store.waitForPhase(.running)
            try fixture.put("a.yaml", manifest("1", "128Mi"))
            _ = try await limit("128Mi", engine.store)
            #expect(resizes == ["resize pod 100000 \(128 << 20)", "resize web 100000 \(128 << 20)"])
            try fixture.put("a.yaml", manifest("1", "32Mi"))
            let after = try await limit("32Mi", engine.store)
            #expect(resizes.suffix(2) == ["resize web 100000 \(32 << 20)", "resize pod 100000 \(32 << 20)"])
            #expect(after.containers[0].pid == before.containers[0].pid)
            #expect(after.pod.metadata.uid == before.pod.metadata.uid)
            #expect(machine.journal.filter { $0.hasPrefix("start") }.count == 1)
        }
    }

    @Test(.timeLimit(.minutes(1)))
    func `a limit below what is in use waits until less is used`() async throws {
        try await fixture.withEngine { engine in
            try fixture.put("a.yaml", manifest("500m", "64Mi"))
            _ = try await engine.store.waitForPhase(.running)
            machine.state.withLock { $0.memoryUsage["web"] = 50 << 20 }
            try fixture.put("a.yaml", manifest("500m", "32Mi"))
            let waiting = try await engine.store.wait("the error") { store in
                store.pods.first.flatMap { pod in
                    pod.pod.status?.conditions.contains { $0.type == "PodResizeInProgress" && $0.reason == "Error" } == true
                        ? pod : nil
                }
            }
            #expect(waiting.pod.status?.containerStatuses[0].resources?.limits["memory"] == Quantity("64Mi"))
            #expect(resizes.isEmpty)
            machine.state.withLock { $0.memoryUsage["web"] = 1 << 20 }
            machine.clock.advance(by: .seconds(1))
            _ = try await limit("32Mi", engine.store)
        }
    }

    @Test(.timeLimit(.minutes(1)))
    func `a policy that wants it restarts the container with the new figures`() async throws {
        let policy = "resizePolicy: [{resourceName: memory, restartPolicy: RestartContainer}],"
        try await fixture.withEngine { engine in
            try fixture.put("a.yaml", manifest("500m", "64Mi", policy: policy))
            let uid = try await engine.store.waitForPhase(.running).pod.metadata.uid
            try fixture.put("a.yaml", manifest("500m", "128Mi", policy: policy))
            try await engine.store.wait("the second attempt") { store in
                store.pods.first.flatMap { $0.containers[0].attempt == 1 && $0.containers[0].pid != nil ? true : nil }
            }
            let bundle = try FileSystem.readText(
                fixture.folder("run/pods/\(uid)/containers/web_1/bundle/config.json")
            )
            #expect(bundle.contains("\(128 << 20)"))
            // Of cpu it does not.
            try fixture.put("a.yaml", manifest("1", "128Mi", policy: policy))
            try await engine.store.wait("the quota") { store in
                store.pods.first?.pod.status?.containerStatuses[0].resources?.limits["cpu"] == Quantity("1") ? true : nil
            }
            #expect(machine.journal.filter { $0.hasPrefix("start") }.count == 2)
        }
    }

    @Test(.timeLimit(.minutes(1)))
    func `an agent that ends before it is applied is followed by one that applies it`() async throws {
        try fixture.put("a.yaml", manifest("500m", "64Mi"))
        var uid = ""
        try await fixture.withEngine { engine in
            uid = try await engine.store.waitForPhase(.running).pod.metadata.uid
            machine.state.withLock { $0.resizeFailure = SandboxFailure(.other, "busy") }
            try fixture.put("a.yaml", manifest("500m", "128Mi"))
            try await engine.store.wait("the error") { store in
                store.pods.first?.pod.status?.conditions.contains { $0.message == "busy" } == true ? true : nil
            }
        }
        #expect(try FileSystem.readText(fixture.folder("state/pods/\(uid)/pod.json")).contains("\"resize\""))
        machine.state.withLock { $0.resizeFailure = nil }
        try await fixture.withEngine { engine in
            let pod = try await limit("128Mi", engine.store)
            #expect(pod.pod.metadata.uid == uid)
            #expect(machine.journal.filter { $0.hasPrefix("start") }.count == 1)
        }
    }

    @Test func `what a machine cannot promise`() throws {
        func pod(_ name: String, _ cpu: String, _ memory: String = "1Mi") -> Pod {
            var container = Container(name: "web", image: "web:1")
            container.resources.requests["cpu"] = Quantity(cpu)
            container.resources.requests["memory"] = Quantity(memory)
            return Pod(metadata: ObjectMeta(name: name, uid: name), spec: Pod.Spec(containers: [container]))
        }
        var node = fixture.configuration.node
        node.resources.milliCPU = 4000
        func refusal(_ wanted: Pod, _ granted: Pod, _ others: [Pod] = []) -> String? {
            ResizeAdmission.refusal(of: wanted, instead: granted, beside: others, on: node)?.reason.rawValue
        }
        #expect(refusal(pod("a", "3"), pod("a", "1")) == nil)
        #expect(refusal(pod("a", "5"), pod("a", "1")) == "Infeasible")
        #expect(refusal(pod("a", "1", "9Gi"), pod("a", "1")) == "Infeasible")
        #expect(refusal(pod("a", "3"), pod("a", "1"), [pod("b", "2")]) == "Deferred")
        var finished = pod("b", "2")
        finished.status = Pod.Status(phase: .succeeded)
        #expect(refusal(pod("a", "3"), pod("a", "1"), [finished]) == nil)
        // What shrinks is never refused.
        #expect(refusal(pod("a", "5"), pod("a", "6"), [pod("b", "2")]) == nil)
    }
}
