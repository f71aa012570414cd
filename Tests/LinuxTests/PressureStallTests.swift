import Linux
import Testing

@Suite(.timeLimit(.minutes(1)))
struct PressureStallTests {
    /// A machine that nobody puts under pressure on purpose: that the kernel takes the trigger, and that a wait ends with its task.
    @Test(.enabled(if: FileSystem.exists("/proc/pressure/memory")))
    func `the kernel takes a trigger, and a wait for it is cancelled`() async throws {
        let stall = try PressureStall(of: .milliseconds(1900), within: .seconds(2))
        let task = Task { try await stall.wait() }
        task.cancel()
        await #expect(throws: CancellationError.self) { try await task.value }
        // More than there is in the window.
        #expect(throws: SystemError.self) { try PressureStall(of: .seconds(3), within: .seconds(2)) }
    }
}
