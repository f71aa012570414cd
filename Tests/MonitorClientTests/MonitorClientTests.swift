import Glibc
import Linux
import MonitorClient
import TestSupport
import Testing

struct MonitorClientTests {
    @Test func aContainersWay() async throws {
        let fixture = try ClientFixture()
        let process = try await fixture.client.start(try fixture.launch("a", "echo hello; exit 3"))
        #expect(process.pid > 0 && process.monitorPid > 0)
        let exit = try await fixture.client.waitForExit(id: "a")
        #expect(exit.exitCode == 3)
        #expect(exit.signal == nil && !exit.oomKilled && !exit.isLost && exit.error == nil)
        #expect(exit.startedAt == process.startedAt)
        #expect(exit.finishedAt > process.startedAt)
        #expect(try FileSystem.readText(fixture.folder("a.log")).hasSuffix("stdout F hello"))
        #expect(fixture.isRemoved("a"))
        try await fixture.client.remove(id: "a", directory: fixture.directory("a"))
        await #expect(throws: MonitorError.unknownContainer(id: "a")) {
            try await fixture.client.waitForExit(id: "a")
        }
    }

    @Test func aSignalEndsIt() async throws {
        let fixture = try ClientFixture()
        _ = try await fixture.client.start(try fixture.launch("a", runsForEver))
        async let first = fixture.client.waitForExit(id: "a")
        async let second = fixture.client.waitForExit(id: "a")
        try fixture.client.signal(id: "a", SIGTERM)
        #expect(try await first.signal == SIGTERM)
        #expect(try await second.exitCode == 143)
        #expect(throws: MonitorError.notRunning(id: "a")) { try fixture.client.signal(id: "a", SIGTERM) }
        #expect(throws: MonitorError.unknownContainer(id: "b")) { try fixture.client.signal(id: "b", SIGTERM) }
    }

    @Test func aFailedStartLeavesNothing() async throws {
        let fixture = try ClientFixture()
        let launch = try fixture.launch("a", "exit 0")
        try fixture.folder.write("bundle-a/create-fails", "exec: \"nonsense\": not found")
        await #expect(
            throws: MonitorError.startFailed(id: "a", reason: "create: exec: \"nonsense\": not found")
        ) {
            try await fixture.client.start(launch)
        }
        #expect(fixture.isRemoved("a"))
        // And the name is free again.
        try FileSystem.removeFile(fixture.folder("bundle-a/create-fails"))
        _ = try await fixture.client.start(launch)
        #expect(try await fixture.client.waitForExit(id: "a").exitCode == 0)
    }

    @Test func aSecondMonitorForOneNameIsRefused() async throws {
        let fixture = try ClientFixture()
        let launch = try fixture.launch("a", runsForEver)
        _ = try await fixture.client.start(launch)
        await #expect(throws: MonitorError.alreadyRunning(id: "a")) {
            try await fixture.anotherClient().start(launch)
        }
        try await fixture.client.remove(id: "a", directory: fixture.directory("a"))
    }

    @Test func removalIsForcedAndIdempotent() async throws {
        let fixture = try ClientFixture()
        let process = try await fixture.client.start(
            try fixture.launch("a", "trap '' TERM INT HUP; \(runsForEver)")
        )
        try await fixture.client.remove(id: "a", directory: fixture.directory("a"))
        #expect(hasEnded(process.pid) && hasEnded(process.monitorPid))
        #expect(fixture.isRemoved("a"))
        try await fixture.client.remove(id: "a", directory: fixture.directory("a"))
        try await fixture.client.remove(id: "never-there", directory: fixture.directory("never-there"))
    }

    @Test func aKilledMonitorMakesALostExit() async throws {
        let fixture = try ClientFixture()
        let process = try await fixture.client.start(try fixture.launch("a", runsForEver))
        try ProcessHandle(pid: process.monitorPid).signal(SIGKILL)
        let exit = try await fixture.client.waitForExit(id: "a")
        #expect(exit.isLost && exit.exitCode == 137 && exit.error != nil)
        #expect(exit.startedAt == process.startedAt)
        #expect(hasEnded(process.pid))
        #expect(fixture.isRemoved("a"))
    }

    @Test func manyContainersAtOnce() async throws {
        let fixture = try ClientFixture()
        let launches = try (0..<20).map { try fixture.launch("c\($0)", "exit \($0)") }
        let codes = try await withThrowingTaskGroup(of: (Int, Int32).self) { group in
            for (number, launch) in launches.enumerated() {
                group.addTask {
                    _ = try await fixture.client.start(launch)
                    return (number, try await fixture.client.waitForExit(id: launch.id).exitCode)
                }
            }
            var codes: [Int: Int32] = [:]
            for try await (number, code) in group { codes[number] = code }
            return codes
        }
        #expect(codes == Dictionary(uniqueKeysWithValues: (0..<20).map { ($0, Int32($0)) }))
    }
}
