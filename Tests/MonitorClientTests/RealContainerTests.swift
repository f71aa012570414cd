import Glibc
import Linux
import MonitorClient
import OCISpec
import TestSupport
import Testing

/// The client with the real monitor and the real runtime. A container brings its own namespaces; its cgroups lie below
/// one with a name of the test's own.
@Suite(.needsPrivateHost)
struct RealContainerTests {
    /// Folders, a client, and a bundle of Debian's static busybox.
    private final class Fixture: Sendable {
        let folder: TemporaryDirectory
        let client: MonitorClient
        let cgroup: String

        init() throws {
            folder = try TemporaryDirectory("real")
            cgroup = "swiftlet-test-\(getpid())-\(UInt16.random(in: 0 ... .max))"
            client = MonitorClient(
                configuration: MonitorClient.Configuration(
                    monitorExecutable: TestBinaries.monitor,
                    runtimeExecutable: TestBinaries.runtime,
                    runtimeRoot: folder("state")
                )
            )
            for name in ["bin", "proc", "tmp"] { _ = try folder.makeDirectory("rootfs/\(name)") }
            _ = try Command("cp", "/bin/busybox", folder("rootfs/bin/busybox")).run().checked()
            try FileSystem.makeSymbolicLink(at: folder("rootfs/bin/sh"), to: "busybox")
        }

        deinit {
            // What the runtime left of the containers' cgroups would make this fail, and the test that looks at them.
            for hierarchy in (try? FileSystem.list("/sys/fs/cgroup")) ?? [] {
                _ = rmdir("/sys/fs/cgroup/\(hierarchy)/\(cgroup)")
            }
            _ = rmdir("/sys/fs/cgroup/\(cgroup)")
        }

        func directory(_ id: String) -> String { folder("\(id)/run") }

        func launch(_ id: String, _ arguments: [String]) throws -> MonitorClient.Launch {
            let words = arguments.map { "\"\($0)\"" }.joined(separator: ", ")
            _ = try folder.makeDirectory(id)
            try folder.write(
                "\(id)/config.json",
                """
                {"ociVersion": "1.1.0", "root": {"path": "\(folder("rootfs"))"},
                 "process": {"args": [\(words)], "cwd": "/", "env": ["PATH=/bin"], "user": {"uid": 0, "gid": 0}},
                 "mounts": [{"destination": "/proc", "type": "proc", "source": "proc"}],
                 "linux": {"cgroupsPath": "/\(cgroup)/\(id)",
                           "namespaces": [{"type": "pid"}, {"type": "mount"}, {"type": "ipc"}, {"type": "uts"},
                                          {"type": "network"}]}}
                """
            )
            return MonitorClient.Launch(
                id: id,
                name: id,
                bundle: folder(id),
                directory: directory(id),
                logPath: folder("\(id)/log")
            )
        }

        /// Everything of the test's own in the hierarchies, below the group that holds all.
        func cgroups() throws -> [String] {
            // Version 2 alone is mounted on the folder itself.
            let roots = ["/sys/fs/cgroup"] + (try FileSystem.list("/sys/fs/cgroup")).map { "/sys/fs/cgroup/\($0)" }
            return try roots.map { "\($0)/\(cgroup)" }.filter { FileSystem.exists($0) }.flatMap { parent in
                try FileSystem.list(parent).map { "\(parent)/\($0)" }.filter { path in
                    try FileSystem.status(path).kind == .directory
                }
            }
        }

        func states() throws -> [String] {
            guard FileSystem.exists(folder("state")) else { return [] }
            return try FileSystem.list(folder("state")).filter { !$0.hasPrefix(".") }
        }
    }

    private let sleeps = ["busybox", "sleep", "1000"]

    @Test func startExecAndRemove() async throws {
        let fixture = try Fixture()
        let process = try await fixture.client.start(try fixture.launch("a", sleeps))
        #expect(try !fixture.cgroups().isEmpty)
        var request = ExecRequest(
            process: RuntimeSpec.Process(args: ["sh", "-c", "echo $$; busybox cat; echo err >&2; exit 4"])
        )
        request.process.env = ["PATH=/bin"]
        request.input = Array("input".utf8)
        let result = try await fixture.client.exec(id: "a", request)
        #expect(result.exitCode == 4)
        // It is not the first process of its namespace.
        #expect(String(decoding: result.stdout, as: UTF8.self).hasSuffix("\ninput"))
        #expect(result.stdout.first != UInt8(ascii: "1") || result.stdout.dropFirst().first != 0x0A)
        #expect(String(decoding: result.stderr, as: UTF8.self) == "err\n")
        try await fixture.client.remove(id: "a", directory: fixture.directory("a"))
        #expect(hasEnded(process.pid) && hasEnded(process.monitorPid))
        #expect(try fixture.cgroups() == [])
        #expect(try fixture.states() == [])
    }

    @Test func aTimeoutKillsInsideTheContainer() async throws {
        let fixture = try Fixture()
        _ = try await fixture.client.start(try fixture.launch("a", sleeps))
        var request = ExecRequest(process: RuntimeSpec.Process(args: ["busybox", "sleep", "1234"]))
        request.process.env = ["PATH=/bin"]
        request.timeout = .milliseconds(300)
        let result = try await fixture.client.exec(id: "a", request)
        #expect(result.timedOut && result.exitCode == 137)
        var list = ExecRequest(process: RuntimeSpec.Process(args: ["busybox", "ps", "-o", "args"]))
        list.process.env = ["PATH=/bin"]
        let processes = try await fixture.client.exec(id: "a", list)
        #expect(!String(decoding: processes.stdout, as: UTF8.self).contains("1234"))
        try await fixture.client.remove(id: "a", directory: fixture.directory("a"))
    }

    @Test func aKilledMonitorLeavesNothingAfterTheLostExit() async throws {
        let fixture = try Fixture()
        let process = try await fixture.client.start(try fixture.launch("a", sleeps))
        try ProcessHandle(pid: process.monitorPid).signal(SIGKILL)
        let exit = try await fixture.client.waitForExit(id: "a")
        #expect(exit.isLost)
        #expect(hasEnded(process.pid))
        #expect(try fixture.cgroups() == [])
        #expect(try fixture.states() == [])
    }

    /// The monitor is killed at moments spread over a start; whatever is half made is found by name and removed.
    @Test func aMonitorKilledAtAnyMomentLeavesNothing() async throws {
        let fixture = try Fixture()
        for step in 0..<25 {
            let id = "c\(step)"
            let launch = try fixture.launch(id, sleeps)
            let starting = Task { try await fixture.client.start(launch) }
            // Not a wait for something: the moments are spread over the time that a start takes.
            try await Task.sleep(for: .microseconds(step * 700))
            if let text = try? FileSystem.readText("\(launch.directory)/monitor"),
                let pid = text.split(separator: " ").first.flatMap({ pid_t($0) })
            {
                try? ProcessHandle(pid: pid).signal(SIGKILL)
            }
            _ = await starting.result
            try await fixture.client.remove(id: id, directory: launch.directory)
            #expect(try fixture.cgroups() == [], "killed after \(step * 700) µs")
            #expect(try fixture.states() == [], "killed after \(step * 700) µs")
        }
    }

    @Test func aCommandThatIsNotThere() async throws {
        let fixture = try Fixture()
        let launch = try fixture.launch("a", ["nonsense"])
        do throws(MonitorError) {
            _ = try await fixture.client.start(launch)
            Issue.record("it started")
        } catch {
            guard case .startFailed(id: "a", let reason) = error else {
                Issue.record("\(error)")
                return
            }
            #expect(reason.contains("nonsense"))
        }
        #expect(try fixture.states() == [])
    }
}
