import Glibc
import JSONCoding
import Linux
import TestSupport
import Testing

/// The built program with containers of the built-in runtime, in a private host.
@Suite(.needsPrivateHost)
struct ContainerTests {
    /// A folder with bundles whose root holds Debian's static busybox.
    private struct Bundles {
        let folder: TemporaryDirectory

        init() throws {
            folder = try TemporaryDirectory("containers")
            for name in ["bin", "proc", "dev", "tmp"] { _ = try folder.makeDirectory("rootfs/\(name)") }
            _ = try Command("cp", "/bin/busybox", folder("rootfs/bin/busybox")).run().checked()
            try FileSystem.makeSymbolicLink(at: folder("rootfs/bin/sh"), to: "busybox")
        }

        /// The monitor's command line for a container that runs a script.
        func monitor(_ id: String, _ arguments: [String], memoryLimit: Int = 0) throws -> [String] {
            let resources = memoryLimit > 0 ? #""resources": {"memory": {"limit": \#(memoryLimit)}},"# : ""
            let words = arguments.map { "\"\($0)\"" }.joined(separator: ", ")
            _ = try folder.makeDirectory(id)
            try folder.write(
                "\(id)/config.json",
                """
                {"ociVersion": "1.1.0", "root": {"path": "\(folder("rootfs"))"},
                 "process": {"args": [\(words)], "cwd": "/", "env": ["PATH=/bin"], "user": {"uid": 0, "gid": 0}},
                 "mounts": [{"destination": "/proc", "type": "proc", "source": "proc"},
                            {"destination": "/dev", "type": "tmpfs", "source": "tmpfs", "options": ["mode=755"]}],
                 "linux": {\(resources) "cgroupsPath": "/test/\(id)",
                           "namespaces": [{"type": "pid"}, {"type": "mount"}, {"type": "ipc"}, {"type": "uts"},
                                          {"type": "network"}]}}
                """
            )
            return [
                TestBinaries.monitor, "-c", id, "-n", id, "-b", folder(id), "-p", folder("\(id)/pid"), "--persist-dir",
                folder("\(id)/run"), "-l", folder("\(id)/log"), "--runtime-arg", "--root=\(folder("state"))", "--sync",
                "--start",
            ]
        }

        func status(_ id: String) throws -> JSONNode {
            try JSON.parse(try FileSystem.read(folder("\(id)/run/status.json")))
        }

        func log(_ id: String) throws -> [String] {
            try FileSystem.readText(folder("\(id)/log")).split(separator: "\n").map { String($0.dropFirst(31)) }
        }
    }

    @Test func aContainerComesAndGoes() async throws {
        let host = try await TestHost("monitor")
        let bundles = try Bundles()
        // The first container makes the folder of states, and the parent of the cgroups.
        let outcome = try await host.run(Command(try bundles.monitor("first", ["sh", "-c", "exit 0"])))
        #expect(outcome.status == .exited(0))
        let before = try await host.snapshot(files: [bundles.folder("state")])
        try await host.run(Command(try bundles.monitor("a", ["sh", "-c", "echo $$; echo bad >&2; exit 3"]))).checked()
        #expect(try await host.snapshot(files: [bundles.folder("state")]).changes(since: before) == [])
        #expect(try bundles.log("a").sorted() == ["stderr F bad", "stdout F 1"])
        #expect(try bundles.status("a")["exitCode"]?.value == .integer(3))
        #expect(try bundles.status("a")["oomKilled"]?.value == .bool(false))
    }

    @Test func aKillForWantOfMemoryIsSeen() async throws {
        let host = try await TestHost("monitor")
        let bundles = try Bundles()
        let arguments = ["busybox", "tail", "/dev/zero"]
        try await host.run(Command(try bundles.monitor("a", arguments, memoryLimit: 32 << 20))).checked()
        #expect(try bundles.status("a")["oomKilled"]?.value == .bool(true))
        #expect(try bundles.status("a")["exitCode"]?.value == .integer(137))
        #expect(FileSystem.exists(bundles.folder("a/run/oom")))
    }

    @Test func aCommandThatIsNotThereIsRecorded() async throws {
        let host = try await TestHost("monitor")
        let bundles = try Bundles()
        let outcome = try await host.run(Command(try bundles.monitor("a", ["nonsense"])))
        #expect(outcome.status == .exited(1))
        #expect(try bundles.status("a")["error"]?.stringValue?.contains("nonsense") == true)
        #expect(try FileSystem.list(bundles.folder("state")).filter { !$0.hasPrefix(".") } == [])
    }

    /// The bar is 0.4 MB of memory that is nobody else's while the container runs.
    @Test func anIdleMonitorIsSmall() async throws {
        let host = try await TestHost("monitor")
        let bundles = try Bundles()
        let script = "echo ready; exec busybox sleep 1000"
        var monitors: [HostProcess] = []
        for id in ["a", "b"] {
            let command = Command(try bundles.monitor(id, ["sh", "-c", script]))
            monitors.append(try await host.start(command, output: bundles.folder("\(id)/output")))
        }
        for (id, monitor) in zip(["a", "b"], monitors) {
            // The entry is written by the second half: the handover is done.
            try waitForEntry("ready", in: bundles.folder("\(id)/log"))
            let rollup = try FileSystem.readText("/proc/\(monitor.pid)/smaps_rollup")
            let kilobytes = rollup.split(separator: "\n").filter { $0.hasPrefix("Private_") }
                .compactMap { $0.split(separator: " ").dropFirst().first.flatMap { Int($0) } }.reduce(0, +)
            #expect(kilobytes > 0 && kilobytes <= 400)
        }
        let pid = try FileSystem.readText(bundles.folder("a/pid"))
        // The pid is of the host's namespace: killed from in there.
        try await host.run("kill", "-KILL", pid).checked()
        #expect(try monitors[0].wait() == .exited(0))
        #expect(try bundles.status("a")["signal"]?.value == .integer(9))
    }
}
