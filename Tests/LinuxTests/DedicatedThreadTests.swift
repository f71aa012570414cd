import CLinux
import Linux
import Testing

@Suite struct DedicatedThreadTests {
    actor Bound {
        private let thread = DedicatedThread(name: "bound")
        nonisolated var unownedExecutor: UnownedSerialExecutor { thread.asUnownedSerialExecutor() }
        func threadNumber() -> pid_t { clinux_gettid() }
        func onThread() async throws -> pid_t { try await thread.run { clinux_gettid() } }
    }

    @Test func anActorStaysOnItsThread() async throws {
        let bound = Bound()
        let first = await bound.threadNumber()
        for _ in 0..<20 {
            await Task.yield()
            #expect(await bound.threadNumber() == first)
        }
        #expect(try await bound.onThread() == first)
        #expect(clinux_gettid() != first)
    }

    @Test func errorsComeBack() async {
        let thread = DedicatedThread(name: "fails")
        await #expect(throws: SystemError.self) {
            try await thread.run { throw SystemError(call: "x", errno: 1) }
        }
    }
}
