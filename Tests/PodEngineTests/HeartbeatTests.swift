import Linux
import PodEngine
import Synchronization
import Testing

/// What the watchdog asks: whether everything that has to move does.
struct HeartbeatTests {
    private let fixture: PodFixture
    private var machine: FakeMachine { fixture.machine }

    init() throws {
        fixture = try PodFixture()
        fixture.machine.addImage("web:1")
    }

    /// Whether the engine comes round in a time that is long for it.
    private func beats(_ engine: PodSupervisor, within time: Duration = .seconds(20)) async -> Bool {
        await withTaskGroup(of: Bool.self) { group in
            group.addTask {
                do { try await engine.heartbeat() } catch { return false }
                return true
            }
            group.addTask {
                // Cancelled when the engine has come round.
                try? await Task.sleep(for: time)
                return false
            }
            defer { group.cancelAll() }
            return await group.next() ?? false
        }
    }

    @Test(.timeLimit(.minutes(1)))
    func `an engine comes round, with pods and without`() async throws {
        try await fixture.withEngine { engine in
            #expect(await beats(engine))
            try fixture.put("a.yaml", PodFixture.manifest("a"))
            _ = try await engine.store.waitForPhase(.running)
            for _ in 0..<100 { #expect(await beats(engine)) }
            try fixture.remove("a.yaml")
            try await engine.store.waitUntilEmpty()
            // A worker that has ended is not asked in vain.
            #expect(await beats(engine))
        }
    }

    @Test(.timeLimit(.minutes(1)))
    func `a pull that takes long holds nothing up`() async throws {
        machine.addImage("slow:1", isLocal: false)
        machine.state.withLock { $0.stuckPulls = ["slow:1"] }
        try await fixture.withEngine { engine in
            try fixture.put("a.yaml", PodFixture.manifest("a").replacing("web:1", with: "slow:1"))
            try await engine.store.wait("the pull") { _ in machine.journal.contains("pull slow:1") ? true : nil }
            #expect(await beats(engine))
            machine.state.withLock { $0.stuckPulls = [] }
            _ = try await engine.store.waitForPhase(.running)
        }
    }

    @Test(.timeLimit(.minutes(1)))
    func `a worker whose loop hangs is not passed`() async throws {
        try await fixture.withEngine { engine in
            try fixture.put("a.yaml", PodFixture.manifest("a"))
            try fixture.put("b.yaml", PodFixture.manifest("b"))
            let pod = try await engine.store.waitForPhase(.running, of: "a")
            _ = try await engine.store.waitForPhase(.running, of: "b")
            machine.end("\(pod.pod.metadata.uid)_web_0", exitCode: 1)
            machine.clock.holdsSleepers = true
            // Two ends bring the back-off, and with it a timer in the loop; it never lets go.
            try await engine.store.wait("restart") { store in
                store.pods.first { $0.key.name == "a" }?.containers[0].attempt == 1
                    && store.pods.first { $0.key.name == "a" }?.containers[0].pid != nil ? true : nil
            }
            machine.end("\(pod.pod.metadata.uid)_web_1", exitCode: 1)
            _ = try await engine.store.waitForReason("CrashLoopBackOff", of: "a")
            // What is said before the timer runs is no fault. A word that came after it has the loop wait for it already.
            while !machine.clock.hasSleepers, !machine.clock.holdsAny {
                try Task.checkCancellation()
                await Task.yield()
            }
            #expect(!(await beats(engine, within: .milliseconds(500))))
            machine.clock.holdsSleepers = false
            #expect(await beats(engine))
        }
    }

    @Test(.timeLimit(.minutes(1)))
    func `a question of one who does not wait any more hurts nobody`() async throws {
        try await fixture.withEngine { engine in
            let asking = Task { try await engine.heartbeat() }
            asking.cancel()
            _ = await asking.result
            #expect(await beats(engine))
        }
    }

    @Test(.timeLimit(.minutes(2)))
    func `five hundred workers are asked in no time`() async throws {
        for number in 0..<500 { try fixture.put("\(number).yaml", PodFixture.manifest("p\(number)")) }
        try await fixture.withEngine { engine in
            try await engine.store.wait("all running") { store in
                store.pods.filter { $0.pod.status?.phase == .running }.count == 500 ? true : nil
            }
            #expect(await beats(engine))
            let start = Monotonic.now
            for _ in 0..<10 { #expect(await beats(engine)) }
            let each = Monotonic.now.since(start) / 10
            print("a heartbeat through 500 workers: \(each)")
            // Against something quadratic: how long it takes is for hack/bench to say.
            #expect(each < .seconds(2))
        }
    }
}
