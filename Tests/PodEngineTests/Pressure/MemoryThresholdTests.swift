import Glibc
import Linux
import PodEngine
import Testing

/// On a machine whose memory controller is of version 1; elsewhere there is no such file, and that is what is said.
@Suite(.timeLimit(.minutes(1)), .serialized)
struct MemoryThresholdTests {
    private static var group: String? {
        let table = (try? MountTable.read("/proc/self/mountinfo")) ?? []
        return table.first { $0.type == "cgroup" && FileSystem.exists("\($0.mountPoint)/memory.usage_in_bytes") }?.mountPoint
    }

    @Test func `it tells that more is used than before`() async throws {
        guard let group = Self.group else {
            #expect(throws: SystemError.self) { try MemoryThreshold(of: "/sys/fs/cgroup", beyond: [1 << 20]) }
            return
        }
        let threshold = try MemoryThreshold(of: group, beyond: [32 << 20, .max])
        let told = Task { try await threshold.wait() }
        // Written to, so that it is there: 128 MiB. The root group counts it, whatever group the test is in.
        let size = 128 << 20
        let memory = try #require(mmap(nil, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0))
        memset(memory, 1, size)
        try await told.value
        munmap(memory, size)
    }

    @Test func `nobody waits longer than he wants to`() async throws {
        guard let group = Self.group else { return }
        let threshold = try MemoryThreshold(of: group, beyond: [1 << 50])
        let told = Task { try await threshold.wait() }
        told.cancel()
        await #expect(throws: CancellationError.self) { try await told.value }
    }
}
