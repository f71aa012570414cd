import Linux
import PodEngine
import PodSpec
import Synchronization
import Testing

/// The engine on a machine that runs short, with figures of the tests.
struct PressureKeeperTests {
    private final class Meter: NodeMeasuring {
        let memory: Mutex<Int64>
        /// What the kernel tells: each element a stall.
        let stalls = AsyncStream<Void>.makeStream()

        /// Each element a threshold that is crossed.
        let crossings = AsyncStream<Void>.makeStream()
        let asked = Mutex<[EvictionPolicy.Amount]>([])

        func memoryCrossing(_ thresholds: [EvictionPolicy.Amount]) -> (@Sendable () async throws -> Void)? {
            asked.withLock { $0 = thresholds }
            return { [crossings] in for await _ in crossings.stream { return } }
        }

        var memoryShortage: (@Sendable () async throws -> Void)? {
            { [stalls] in for await _ in stalls.stream { return } }
        }

        init(_ memory: Int64) { self.memory = Mutex(memory) }

        func measure() throws(SystemError) -> [EvictionSignal: EvictionObservation] {
            [.memoryAvailable: EvictionObservation(available: memory.withLock { $0 }, capacity: 1 << 30)]
        }
    }

    private func engine(_ fixture: PodFixture, _ meter: Meter) -> PodSupervisor {
        fixture.engine(imageKeeping: nil, measuring: meter)
    }

    @Test(.timeLimit(.minutes(1)))
    func `the pod that is furthest beyond its request goes, and only that`() async throws {
        let fixture = try PodFixture()
        fixture.machine.addImage("web:1")
        let meter = Meter(1 << 30)
        let engine = engine(fixture, meter)
        try await engine.start()
        let container = "resources: {requests: {memory: 10Mi}}"
        try fixture.put("a.yaml", PodFixture.manifest("a", container: container))
        try fixture.put("b.yaml", PodFixture.manifest("b", container: container).replacing("name: web", with: "name: big"))
        _ = try await engine.store.waitForPhase(.running, of: "a")
        _ = try await engine.store.waitForPhase(.running, of: "b")
        fixture.machine.state.withLock { $0.memoryUsage = ["web": 5 << 20, "big": 60 << 20] }
        meter.memory.withLock { $0 = 50 << 20 }
        // The next look: what is freed by the first pod is enough.
        fixture.machine.onEnd.withLock { $0 = { meter.memory.withLock { $0 = 1 << 29 } } }
        await fixture.machine.clock.waitForSleeper()
        fixture.machine.clock.advance(by: .seconds(10))
        let evicted = try await engine.store.waitForPhase(.failed, of: "b")
        #expect(evicted.pod.status?.reason == "Evicted")
        #expect(
            evicted.pod.status?.message == "The node was low on resource: memory. Threshold quantity: 100Mi, available: 50Mi. "
                + "Container big was using 60Mi, request is 10Mi, has larger consumption of memory. "
        )
        #expect(engine.store[PodKey(namespace: "default", name: "a")]?.pod.status?.phase == .running)
        #expect(engine.pressure.conditions.filter(\.isTrue).map(\.kind) == [.memoryPressure])
        await engine.stop()
    }

    @Test(.timeLimit(.minutes(1)))
    func `it looks when a threshold is crossed, before anybody waits`() async throws {
        let fixture = try PodFixture()
        fixture.machine.addImage("web:1")
        let meter = Meter(1 << 30)
        let engine = engine(fixture, meter)
        try await engine.start()
        try fixture.put("a.yaml", PodFixture.manifest("a"))
        _ = try await engine.store.waitForPhase(.running, of: "a")
        meter.memory.withLock { $0 = 50 << 20 }
        // The clock stands still.
        meter.crossings.continuation.yield()
        _ = try await engine.store.waitForPhase(.failed, of: "a")
        #expect(meter.asked.withLock { $0 } == [.quantity(100 << 20)])
        await engine.stop()
    }

    @Test func `how much more is used when a threshold is crossed`() {
        let now = EvictionObservation(available: 500, capacity: 1000)
        #expect(MachineText.growths(to: [.quantity(100), .fraction(0.3), .quantity(100)], from: now) == [200, 400])
        #expect(MachineText.growths(to: [.quantity(500), .quantity(600)], from: now) == [], "crossed already")
    }

    @Test(.timeLimit(.minutes(1)))
    func `it looks when tasks wait for memory, and not only by the clock`() async throws {
        let fixture = try PodFixture()
        fixture.machine.addImage("web:1")
        let meter = Meter(1 << 30)
        let engine = engine(fixture, meter)
        try await engine.start()
        try fixture.put("a.yaml", PodFixture.manifest("a"))
        _ = try await engine.store.waitForPhase(.running, of: "a")
        meter.memory.withLock { $0 = 50 << 20 }
        // The clock stands still.
        meter.stalls.continuation.yield()
        _ = try await engine.store.waitForPhase(.failed, of: "a")
        await engine.stop()
    }

    @Test(.timeLimit(.minutes(1)))
    func `pods without a promise wait as long as memory is short, and begin when it is not`() async throws {
        let fixture = try PodFixture()
        fixture.machine.addImage("web:1")
        let meter = Meter(1 << 20)
        let engine = engine(fixture, meter)
        try await engine.start()
        try fixture.put("a.yaml", PodFixture.manifest("a"))
        try fixture.put("b.yaml", PodFixture.manifest("b", container: "resources: {requests: {memory: 1Mi}}"))
        let waiting = try await engine.store.waitForReason("NodePressure", of: "a")
        #expect(waiting.pod.status?.message == "The node had condition: [MemoryPressure]. ")
        meter.memory.withLock { $0 = 1 << 30 }
        _ = try await engine.store.waitForPhase(.running, of: "b")
        // The transition period, look by look.
        for _ in 0..<40 where engine.pressure.conditions.contains(where: \.isTrue) {
            await fixture.machine.clock.waitForSleeper()
            fixture.machine.clock.advance(by: .seconds(10))
        }
        _ = try await engine.store.waitForPhase(.running, of: "a")
        await engine.stop()
    }
}
