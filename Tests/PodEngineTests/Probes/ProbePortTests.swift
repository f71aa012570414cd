import Linux
import PodEngine
import PodSpec
import Synchronization
import Testing

/// Probes of a container whose ports are called otherwise while it runs.
struct ProbePortTests {
    @Test(.timeLimit(.minutes(1)))
    func `the next question goes to the port that has the name now`() async throws {
        let fixture = try PodFixture()
        fixture.machine.addImage("web:1")
        let handlers = AskedPorts()
        func manifest(_ port: Int) -> String {
            PodFixture.manifest(
                "a",
                container: "ports: [{name: http, containerPort: \(port)}], "
                    + "readinessProbe: {tcpSocket: {port: http}, periodSeconds: 10}"
            )
        }
        try await fixture.withEngine(handlers: handlers) { engine in
            try fixture.put("a.yaml", manifest(80))
            try await engine.store.wait("ready") { store in
                store.pods.first?.pod.status?.containerStatuses.first?.ready == true ? true : nil
            }
            #expect(handlers.ports == [80])
            try fixture.put("a.yaml", manifest(8080))
            try await engine.store.wait("the new port") { store in
                store.pods.first?.pod.spec.containers.first?.ports.first?.containerPort == 8080 ? true : nil
            }
            fixture.machine.clock.advance(by: .seconds(10))
            await handlers.waitForQuestion(2)
            #expect(handlers.ports == [80, 8080])
            // In place: the container has not been touched.
            #expect(fixture.machine.journal.filter { $0.hasPrefix("start") }.count == 1)
        }
    }
}

/// Says yes to everything, and remembers where `http` was.
private final class AskedPorts: HandlerActing {
    private struct State {
        var ports: [UInt16?] = []
        var waiting: [(count: Int, continuation: CheckedContinuation<Void, Never>)] = []

        mutating func due() -> [CheckedContinuation<Void, Never>] {
            let count = ports.count
            defer { waiting.removeAll { $0.count <= count } }
            return waiting.filter { $0.count <= count }.map(\.continuation)
        }
    }

    private let state = Mutex(State())

    var ports: [UInt16?] { state.withLock { $0.ports } }

    func waitForQuestion(_ count: Int) async {
        await withCheckedContinuation { continuation in
            let due = state.withLock { state in
                state.waiting.append((count, continuation))
                return state.due()
            }
            for waiter in due { waiter.resume() }
        }
    }

    func perform(
        _ action: HandlerAction,
        on target: HandlerTarget,
        for purpose: HandlerPurpose,
        within timeout: Duration?
    ) async -> HandlerResult {
        let due = state.withLock { state in
            state.ports.append(target.number(of: .name("http")))
            return state.due()
        }
        for waiter in due { waiter.resume() }
        return .success
    }
}
