import Glibc
import Linux
import PodEngine
import PodSpec
import Testing

/// Hooks, signals, messages and many restarts, through the engine on a machine of fakes.
struct ContainerLifeTests {
    private let key = PodKey(namespace: "default", name: "a")

    private func fixture(_ backoffs: BackoffPolicies = BackoffPolicies()) throws -> PodFixture {
        let fixture = try PodFixture(backoffs: backoffs)
        fixture.machine.addImage("web:1")
        return fixture
    }

    @Test(.timeLimit(.minutes(1)))
    func `the signal that the manifest names goes before the image's`() async throws {
        let fixture = try fixture()
        fixture.machine.addImage("web:1", stopSignal: "SIGQUIT")
        try await fixture.withEngine { engine in
            try fixture.put(
                "a.yaml",
                PodFixture.manifest("a", "os: {name: linux}", container: "lifecycle: {stopSignal: SIGRTMIN+3}")
            )
            let pod = try await engine.store.waitForPhase(.running)
            try fixture.remove("a.yaml")
            try await engine.store.waitUntilEmpty()
            #expect(fixture.machine.journal.contains("signal 37 \(pod.containers[0].id)"))
        }
    }

    @Test(.timeLimit(.minutes(1)))
    func `hooks are carried out; one that hangs is given up when the pod is to go`() async throws {
        let fixture = try fixture()
        let machine = fixture.machine
        try await fixture.withEngine { engine in
            let hooks = "lifecycle: {postStart: {exec: {command: [begin]}}, preStop: {sleep: {seconds: 30}}}"
            try fixture.put("a.yaml", PodFixture.manifest("a", container: hooks))
            let pod = try await engine.store.waitForPhase(.running)
            try fixture.remove("a.yaml")
            try await engine.store.wait("terminating") { $0.pods.first?.isTerminating == true ? true : nil }
            // The hook's own clock is the machine's: only the grace period of the test's clock ends it.
            machine.clock.advance(by: .seconds(30))
            try await engine.store.waitUntilEmpty()
            #expect(machine.journal.contains("signal \(SIGTERM) \(pod.containers[0].id)"))
        }
    }

    @Test(.timeLimit(.minutes(1)))
    func `a message is read at the end, and nothing in the container's place leads elsewhere`() async throws {
        let fixture = try fixture()
        let machine = fixture.machine
        try await fixture.withEngine { engine in
            try fixture.put("a.yaml", PodFixture.manifest("a", "restartPolicy: Never"))
            let pod = try await engine.store.waitForPhase(.running)
            let uid = pod.pod.metadata.uid
            let file = "\(fixture.configuration.directories.state)/pods/\(uid)/containers/web/0/termination-log"
            #expect(try FileSystem.status(file).permissions & 0o777 == 0o666)
            try FileSystem.write(file, Array((String(repeating: "x", count: 5000) + "end").utf8))
            machine.end("\(uid)_web_0", exitCode: 1)
            let ended = try await engine.store.waitForPhase(.failed)
            let message = ended.pod.status?.containerStatuses[0].state.terminated?.message
            #expect(message?.utf8.count == 4096)
            #expect(message?.hasSuffix("xend") == true)
            try fixture.remove("a.yaml")
            try await engine.store.waitUntilEmpty()

            try fixture.put("b.yaml", PodFixture.manifest("b", "restartPolicy: Never"))
            let other = try await engine.store.waitForPhase(.running, of: "b")
            let id = other.pod.metadata.uid
            let link = "\(fixture.configuration.directories.state)/pods/\(id)/containers/web/0/termination-log"
            try FileSystem.removeFile(link)
            try FileSystem.makeSymbolicLink(at: link, to: "/etc/passwd")
            machine.end("\(id)_web_0", exitCode: 1)
            let told = try await engine.store.waitForPhase(.failed, of: "b")
            let error = told.pod.status?.containerStatuses[0].state.terminated?.message
            #expect(error?.hasPrefix("Error on reading termination log") == true, "\(error ?? "none")")
        }
    }

    @Test(.timeLimit(.minutes(3)))
    func `many restarts leave the files of the last two attempts`() async throws {
        var backoffs = BackoffPolicies()
        backoffs.crash = Backoff.Policy(initial: .zero, maximum: .zero, resetAfter: .seconds(600))
        let fixture = try fixture(backoffs)
        let machine = fixture.machine
        try await fixture.withEngine { engine in
            try fixture.put("a.yaml", PodFixture.manifest("a"))
            var uid = ""
            for attempt in 0..<200 {
                let pod = try await engine.store.wait("attempt \(attempt)") { store in
                    store.pods.first.flatMap { $0.containers[0].attempt == attempt && $0.containers[0].pid != nil ? $0 : nil }
                }
                uid = pod.pod.metadata.uid
                try FileSystem.write(pod.containers[0].logPath, Array("log".utf8))
                machine.end("\(uid)_web_\(attempt)", exitCode: 1)
            }
            let pod = try await engine.store.wait("the last attempt") { store in
                store.pods.first.flatMap { $0.containers[0].attempt == 200 && $0.containers[0].pid != nil ? $0 : nil }
            }
            #expect(pod.pod.status?.containerStatuses[0].restartCount == 200)
            let directories = fixture.configuration.directories
            #expect(try FileSystem.list("\(directories.logs)/default_a_\(uid)/web") == ["199.log"])
            #expect(try FileSystem.list("\(directories.state)/pods/\(uid)/containers/web") == ["200"])
            #expect(try FileSystem.list("\(directories.run)/pods/\(uid)/containers") == ["web_200"])
            #expect(machine.state.withLock { $0.containers.count } == 1)
        }
    }
}
