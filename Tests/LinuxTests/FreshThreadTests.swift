import CLinux
import Linux
import Synchronization
import TestSupport
import Testing

@Suite struct FreshThreadTests {
    @Test func `what a closure changes of its thread ends with it`() async throws {
        let own = clinux_gettid()
        let fresh = await FreshThread.run(named: "fresh") { clinux_gettid() }
        #expect(fresh != own)
        var blocking: pid_t = 0
        FreshThread.runBlocking(named: "fresh") { blocking = clinux_gettid() }
        #expect(blocking != clinux_gettid())
    }

    @Test func `errors come back`() async {
        let error = SystemError(call: "x", errno: 1)
        await #expect(throws: error) {
            try await FreshThread.run(named: "fails") { () throws(SystemError) in throw error }
        }
        #expect(throws: error) {
            try FreshThread.runBlocking(named: "fails") { () throws(SystemError) in throw error }
        }
    }

    @Test(.needsPrivateHost)
    func `the caller is resumed by a thread that has not changed`() async throws {
        let home = try FileSystem.readLink("/proc/thread-self/ns/net")
        let resumers = Mutex<Set<String>>([])
        let executor = TaskThread(named: "test") {
            // No thread is without a namespace.
            let namespace = (try? FileSystem.readLink("/proc/thread-self/ns/net")) ?? "?"
            resumers.withLock { _ = $0.insert(namespace) }
        }
        try await withTaskExecutorPreference(executor) {
            let inside = try await FreshThread.run(named: "changed") {
                try Namespace.unshare([.network])
                return try FileSystem.readLink("/proc/thread-self/ns/net")
            }
            #expect(inside != home)
        }
        #expect(resumers.withLock { $0 } == [home])
    }
}
