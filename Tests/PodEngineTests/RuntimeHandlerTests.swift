import PodEngine
import PodSpec
import Testing

/// What `runtimeClassName` stands for.
@Suite(.timeLimit(.minutes(1)))
struct RuntimeHandlerTests {
    private func handler(_ name: String?, ownUsers: Bool = false) throws(StepFailure) -> RuntimeHandler {
        var pod = Pod(metadata: ObjectMeta(name: "a"), spec: Pod.Spec(containers: []))
        pod.spec.runtimeClassName = name
        if ownUsers { pod.spec.hostUsers = false }
        return try RuntimeHandler(of: pod, among: ["runc": "/usr/sbin/runc", "kata": "/opt/kata"])
    }

    @Test func `names are those of the configuration, and the agent's own`() throws {
        #expect(try handler(nil) == .own)
        #expect(try handler("") == .own)
        #expect(try handler("swiftlet") == .own)
        #expect(try handler("runc") == .program("/usr/sbin/runc"))
        let failure = #expect(throws: StepFailure.self) { try handler("gvisor") }
        #expect(failure?.reason == .runtimeClassNotFound)
        #expect(failure?.message.hasSuffix("has kata, runc, swiftlet") == true)
    }

    @Test func `no other runtime is handed a pod with users of its own`() throws {
        #expect(try handler("swiftlet", ownUsers: true) == .own)
        #expect(throws: StepFailure.self) { try handler("runc", ownUsers: true) }
    }

    @Test func `a pod waits for its class, and has the priority of another`() async throws {
        let fixture = try PodFixture { $0.runtimes = ["runc": "/usr/sbin/runc"] }
        fixture.machine.addImage("web:1")
        try fixture.put("a.yaml", PodFixture.manifest("a", "runtimeClassName: sandboxed\n  priorityClassName: high"))
        let classes = """
            apiVersion: node.k8s.io/v1
            kind: RuntimeClass
            metadata: {name: sandboxed}
            handler: runc
            ---
            apiVersion: scheduling.k8s.io/v1
            kind: PriorityClass
            metadata: {name: high}
            value: 1000
            """
        try fixture.put("classes.yaml", classes.replacing("sandboxed", with: "other"))
        try await fixture.withEngine { engine in
            _ = try await engine.store.waitForReason("RuntimeClassNotFound")
            // By the class, not by the clock, which stands still.
            try fixture.put("classes.yaml", classes)
            let running = try await engine.store.waitForPhase(.running)
            #expect(fixture.machine.state.withLock { $0.containers[running.containers[0].id]?.launch.runtime } == "/usr/sbin/runc")
            #expect(running.pod.spec.priority == 1000)
        }
    }

    @Test func `the overhead of a class that comes later counts, and a pod that runs keeps what it has`() async throws {
        let fixture = try PodFixture { $0.runtimes = ["runc": "/usr/sbin/runc"] }
        fixture.machine.addImage("web:1")
        try fixture.put("a.yaml", PodFixture.manifest("a", "runtimeClassName: sandboxed"))
        func classes(_ memory: String) -> String {
            """
            apiVersion: node.k8s.io/v1
            kind: RuntimeClass
            metadata: {name: sandboxed}
            handler: runc
            overhead: {podFixed: {memory: \(memory)}}
            """
        }
        try await fixture.withEngine { engine in
            _ = try await engine.store.waitForReason("RuntimeClassNotFound")
            try fixture.put("classes.yaml", classes("64Mi"))
            let running = try await engine.store.waitForPhase(.running)
            #expect(running.pod.spec.overhead == ["memory": Quantity("64Mi")])
            try fixture.put("classes.yaml", classes("128Mi"))
            try fixture.put("b.yaml", PodFixture.manifest("b", "runtimeClassName: sandboxed"))
            let other = try await engine.store.waitForPhase(.running, of: "b")
            #expect(other.pod.spec.overhead == ["memory": Quantity("128Mi")])
            let same = try await engine.store.waitForPhase(.running)
            #expect(same.pod.spec.overhead == ["memory": Quantity("64Mi")] && same.containers[0].id == running.containers[0].id)
        }
    }

    @Test func `a container is started with the pod's runtime`() async throws {
        let fixture = try PodFixture { $0.runtimes = ["runc": "/usr/sbin/runc"] }
        fixture.machine.addImage("web:1")
        try fixture.put("a.yaml", PodFixture.manifest("a", "runtimeClassName: runc"))
        try fixture.put("b.yaml", PodFixture.manifest("b"))
        try fixture.put("c.yaml", PodFixture.manifest("c", "runtimeClassName: gvisor"))
        try await fixture.withEngine { engine in
            let pods = [try await engine.store.waitForPhase(.running, of: "a"), try await engine.store.waitForPhase(.running, of: "b")]
            let runtimes = pods.map { pod in
                fixture.machine.state.withLock { $0.containers[pod.containers[0].id]?.launch.runtime }
            }
            #expect(runtimes == ["/usr/sbin/runc", nil])
            let unknown = try await engine.store.waitForReason("RuntimeClassNotFound", of: "c")
            #expect(unknown.pod.status?.message?.contains("runc, swiftlet") == true)
        }
    }
}
