import Glibc
import Linux
import MonitorClient
import Synchronization
import TestSupport
import Testing

/// Monitors whose pidfds are kept from one agent to the next.
struct KeepingTests {
    @Test func aMonitorIsKeptUntilItsEnd() async throws {
        let fixture = try ClientFixture()
        let keeper = FakeKeeper()
        let client = fixture.anotherClient(keeper: keeper)
        let started = try await client.start(try fixture.launch("a", runsForEver))
        #expect(try keeper.pids("a") == [.process(started.monitorPid)])
        try client.signal(id: "a", SIGTERM)
        _ = try await client.waitForExit(id: "a")
        #expect(try keeper.pids("a") == [])
    }

    /// What the file says does not count where the descriptor is there.
    @Test func adoptionGoesByTheDescriptor() async throws {
        let fixture = try ClientFixture()
        let keeper = FakeKeeper()
        let started = try await fixture.anotherClient(keeper: keeper).start(try fixture.launch("a", runsForEver))
        let directory = fixture.directory("a")
        try FileSystem.write("\(directory)/monitor", Array("\(getpid()) 1\n".utf8))
        let agent = fixture.anotherClient(keeper: keeper)
        #expect(try await agent.adopt(id: "a", directory: directory) == .running(started))
        // It is there already.
        #expect(keeper.keeps == 1)
        try agent.signal(id: "a", SIGKILL)
        #expect(try await agent.waitForExit(id: "a").signal == SIGKILL)
        #expect(try keeper.pids("a") == [])
    }

    @Test func anAdoptedMonitorIsKeptWhereItWasNot() async throws {
        let fixture = try ClientFixture()
        let started = try await fixture.client.start(try fixture.launch("a", runsForEver))
        let keeper = FakeKeeper()
        let agent = fixture.anotherClient(keeper: keeper)
        #expect(try await agent.adopt(id: "a", directory: fixture.directory("a")) == .running(started))
        #expect(try keeper.pids("a") == [.process(started.monitorPid)])
        try await agent.remove(id: "a", directory: fixture.directory("a"))
        #expect(try keeper.pids("a") == [])
    }

    @Test func aMonitorThatEndedMeanwhileIsKnownByItsDescriptor() async throws {
        let fixture = try ClientFixture()
        let keeper = FakeKeeper()
        let started = try await fixture.anotherClient(keeper: keeper).start(try fixture.launch("a", runsForEver))
        try ProcessHandle(pid: started.monitorPid).signal(SIGKILL)
        #expect(hasEnded(started.monitorPid))
        // A process of its number and start time lives: ours.
        let own = try #require(ProcessHandle.startTime(of: getpid()))
        try FileSystem.write("\(fixture.directory("a"))/monitor", Array("\(getpid()) \(own)\n".utf8))
        let agent = fixture.anotherClient(keeper: keeper)
        let found = try await agent.adopt(id: "a", directory: fixture.directory("a"))
        guard case .lost(let exit) = found else {
            Issue.record("\(found)")
            return
        }
        #expect(exit.exitCode == 137 && hasEnded(started.pid))
        #expect(try keeper.pids("a") == [])
    }

    /// The agent was killed between the start of the second monitor and its keeping.
    @Test func aLaterMonitorIsFoundByItsFile() async throws {
        let fixture = try ClientFixture()
        let keeper = FakeKeeper()
        let first = fixture.anotherClient(keeper: keeper)
        _ = try await first.start(try fixture.launch("a", "exit 1"))
        let dead = try keeper.copies("a")
        _ = try await first.waitForExit(id: "a")
        for descriptor in dead { keeper.keep(descriptor, of: "a") }
        let second = try await fixture.client.start(try fixture.launch("a", runsForEver))
        let agent = fixture.anotherClient(keeper: keeper)
        #expect(try await agent.adopt(id: "a", directory: fixture.directory("a")) == .running(second))
        try await agent.remove(id: "a", directory: fixture.directory("a"))
        for descriptor in dead { close(descriptor) }
    }
}

/// Keeps descriptors as an init system does: under a name, as often as it is told to.
private final class FakeKeeper: MonitorKeeping {
    private let kept = Mutex<[String: [Int32]]>([:])
    private let count = Atomic(0)

    /// How often it was told to keep one.
    var keeps: Int { count.load(ordering: .relaxed) }

    func keep(_ pidfd: Int32, of id: String) {
        count.add(1, ordering: .relaxed)
        kept.withLock { $0[id, default: []].append(dup(pidfd)) }
    }

    func forget(_ id: String) {
        for descriptor in kept.withLock({ $0.removeValue(forKey: id) }) ?? [] { close(descriptor) }
    }

    /// Copies, as systemd passes them at each start and goes on keeping its own.
    func takeInherited(_ id: String) -> [Int32] { kept.withLock { $0[id]?.map { dup($0) } } ?? [] }

    func copies(_ id: String) throws -> [Int32] {
        let copies = takeInherited(id)
        try #require(!copies.isEmpty)
        return copies
    }

    /// Whose descriptors are kept.
    func pids(_ id: String) throws -> [ProcessHandle.Subject?] {
        try kept.withLock { try ($0[id] ?? []).map { try ProcessHandle.subject(of: $0) } }
    }

    deinit {
        for descriptor in kept.withLock({ $0.values.flatMap(\.self) }) { close(descriptor) }
    }
}
