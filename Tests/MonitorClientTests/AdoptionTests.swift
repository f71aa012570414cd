import Glibc
import Linux
import MonitorClient
import TestSupport
import Testing

struct AdoptionTests {
    @Test func aRunningContainerIsTakenOver() async throws {
        let fixture = try ClientFixture()
        let started = try await fixture.client.start(try fixture.launch("a", runsForEver))
        let agent = fixture.anotherClient()
        #expect(try await agent.adopt(id: "a", directory: fixture.directory("a")) == .running(started))
        try agent.signal(id: "a", SIGTERM)
        let exit = try await agent.waitForExit(id: "a")
        #expect(exit.exitCode == 143 && exit.startedAt == started.startedAt)
    }

    @Test func anExitThatNobodySawIsTold() async throws {
        let fixture = try ClientFixture()
        let started = try await fixture.client.start(try fixture.launch("a", "exit 5"))
        let exit = try await fixture.client.waitForExit(id: "a")
        let found = try await fixture.anotherClient().adopt(id: "a", directory: fixture.directory("a"))
        #expect(found == .exited(exit))
        #expect(exit.exitCode == 5 && exit.startedAt == started.startedAt)
    }

    @Test func aLostContainerIsKilledAndRemoved() async throws {
        let fixture = try ClientFixture()
        let started = try await fixture.client.start(try fixture.launch("a", runsForEver))
        try ProcessHandle(pid: started.monitorPid).signal(SIGKILL)
        #expect(hasEnded(started.monitorPid))
        let found = try await fixture.anotherClient().adopt(id: "a", directory: fixture.directory("a"))
        guard case .lost(let exit) = found else {
            Issue.record("\(found)")
            return
        }
        #expect(exit.isLost && exit.exitCode == 137 && exit.startedAt == started.startedAt)
        #expect(hasEnded(started.pid))
        #expect(fixture.isRemoved("a"))
    }

    @Test func `a record that was deleted under a living monitor is written again`() async throws {
        let fixture = try ClientFixture()
        let started = try await fixture.client.start(try fixture.launch("a", runsForEver))
        let record = "\(fixture.directory("a"))/status.json"
        try FileSystem.removeFile(record)
        let agent = fixture.anotherClient()
        #expect(try await agent.adopt(id: "a", directory: fixture.directory("a")) == .running(started))
        #expect(FileSystem.exists(record))
        try agent.signal(id: "a", SIGTERM)
        let exit = try await agent.waitForExit(id: "a")
        #expect(exit.exitCode == 143 && exit.startedAt == started.startedAt)
    }

    @Test func whatNeverStartedIsCleaned() async throws {
        let fixture = try ClientFixture()
        let directory = fixture.directory("a")
        #expect(try await fixture.client.adopt(id: "a", directory: directory) == .neverStarted)
        // A monitor that was killed after it had written its name and before it had a container; half of one is left.
        try FileSystem.makeDirectories(directory)
        try FileSystem.write("\(directory)/monitor", Array("\(getpid()) 1\n".utf8))
        try FileSystem.makeDirectories("\(fixture.runtime.root)/a")
        #expect(try await fixture.client.adopt(id: "a", directory: directory) == .neverStarted)
        #expect(fixture.isRemoved("a"))
        // And one that was killed before it wrote anything.
        try FileSystem.write("\(directory)/monitor", [])
        #expect(try await fixture.client.adopt(id: "a", directory: directory) == .neverStarted)
    }

    @Test func aFailedStartIsTold() async throws {
        let fixture = try ClientFixture()
        let directory = fixture.directory("a")
        try FileSystem.makeDirectories(directory)
        try FileSystem.write(
            "\(directory)/status.json",
            Array(#"{"version": 1, "id": "a", "pid": 0, "startTime": 0, "error": "create: no"}"#.utf8)
        )
        guard case .exited(let exit) = try await fixture.client.adopt(id: "a", directory: directory) else {
            Issue.record("not exited")
            return
        }
        #expect(exit.exitCode == 128 && exit.error == "create: no")
    }

    /// The agent died right after it had started the monitor: the new one waits for what the monitor has to say.
    @Test func aContainerThatIsBeingMadeIsAwaited() async throws {
        let fixture = try ClientFixture()
        let directory = fixture.directory("a")
        try FileSystem.makeDirectories(directory)
        let bundle = try fixture.runtime.bundle("bundle-a", runsForEver)
        let lock = try Descriptor.open("\(directory)/monitor", O_RDWR | O_CREAT, mode: 0o600)
        #expect(flock(lock.rawValue, LOCK_EX | LOCK_NB) == 0)
        // It blocks on the start pipe, its name not written yet.
        let gate = try Descriptor.pipe()
        let monitor = try ChildProcess(
            executable: TestBinaries.monitor,
            arguments: [
                "-c", "a", "-b", bundle, "--persist-dir", directory, "-r", fixture.runtime.path, "--runtime-arg",
                "--root=\(fixture.runtime.root)", "--sync", "--start", "--lock-descriptor", "4",
            ],
            environment: ["PATH=/usr/sbin:/usr/bin:/sbin:/bin", "_OCI_STARTPIPE=3"]
        ).spawn([3: gate.read.rawValue, 4: lock.rawValue])
        let monitorPid = monitor.pid
        try lock.close()
        let agent = fixture.anotherClient()
        async let found = agent.adopt(id: "a", directory: directory)
        try gate.write.writeAll([0])
        guard case .running(let process) = try await found else {
            Issue.record("not running")
            return
        }
        #expect(process.monitorPid == monitorPid)
        try await agent.remove(id: "a", directory: directory)
        #expect(hasEnded(process.pid))
    }

    @Test func aRecordOfAnotherVersionIsRefused() async throws {
        let fixture = try ClientFixture()
        let directory = fixture.directory("a")
        try FileSystem.makeDirectories(directory)
        try FileSystem.write(
            "\(directory)/status.json",
            Array(#"{"version": 2, "pid": 0, "startTime": 0}"#.utf8)
        )
        await #expect(
            throws: MonitorError.badRecord(
                path: "\(directory)/status.json",
                reason: "version 2 is not known here"
            )
        ) {
            try await fixture.client.adopt(id: "a", directory: directory)
        }
    }
}
