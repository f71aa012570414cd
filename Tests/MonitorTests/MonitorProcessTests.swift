import Glibc
import JSONCoding
import Linux
import TestSupport
import Testing

/// The built program with containers of the fake runtime: everything but namespaces is real.
struct MonitorProcessTests {
    @Test func anExitIsRecordedLoggedAndAnnounced() throws {
        let monitor = try MonitorProcess("echo out; echo err >&2; printf tail; exit 7")
        let answer = try JSON.parse(Array(try monitor.answer().utf8))
        #expect(try monitor.wait() == .exited(0))
        let status = try monitor.status()
        #expect(answer["data"] == status["pid"])
        #expect(try monitor.text("pid") == "\(status["pid"]?.integerValue ?? 0)")
        #expect(status["exitCode"]?.value == .integer(7))
        #expect(status["signal"] == nil)
        #expect(status["startedAt"] != nil && status["finishedAt"] != nil)
        #expect(try monitor.text("persist/exit") == "7")
        #expect(try monitor.text("exits/c1") == "7")
        #expect(monitor.entries.sorted() == ["stderr F err", "stdout F out", "stdout F tail"])
        // `--start`: the container is deleted when it has ended.
        #expect(try FileSystem.list(monitor.runtime.root) == [])
    }

    @Test func aKilledContainerHasItsSignal() throws {
        let monitor = try MonitorProcess("kill -s KILL $$")
        _ = try monitor.wait()
        #expect(try monitor.status()["exitCode"]?.value == .integer(137))
        #expect(try monitor.status()["signal"]?.value == .integer(9))
    }

    @Test func aSignalToTheMonitorGoesToTheContainer() throws {
        let monitor = try MonitorProcess(
            """
            trap 'echo stopping; exit 3' TERM
            mkfifo never
            : <>never
            echo ready
            while :; do read -r line <never & wait $!; done
            """
        )
        _ = try monitor.answer()
        try waitForEntry("ready", in: monitor.folder("log"))
        try monitor.signal(SIGTERM)
        #expect(try monitor.wait() == .exited(0))
        #expect(try monitor.status()["exitCode"]?.value == .integer(3))
        #expect(monitor.entries == ["stdout F ready", "stdout F stopping"])
    }

    @Test func aFailedCreateIsToldAndRecorded() throws {
        let monitor = try MonitorProcess("exit 0", failing: "no such file: \"init\"\n")
        let answer = try JSON.parse(Array(try monitor.answer().utf8))
        #expect(try monitor.wait() == .exited(1))
        #expect(answer["data"]?.value == .integer(-1))
        #expect(answer["message"]?.stringValue == "create: no such file: \"init\"")
        #expect(try monitor.status()["error"]?.stringValue == "create: no such file: \"init\"")
        #expect(try monitor.status()["exitCode"] == nil)
    }

    @Test func aMissingRuntimeIsTold() throws {
        let monitor = try MonitorProcess("exit 0", flags: ["-r", "/no/such/runtime"])
        #expect(try monitor.answer().contains("posix_spawn(/no/such/runtime): No such file or directory"))
        #expect(try monitor.wait() == .exited(1))
    }

    @Test func aLogThatCannotBeWrittenStopsTheStart() throws {
        let monitor = try MonitorProcess("exit 0", flags: ["-l", "/no/such/folder/log"])
        #expect(try monitor.answer().contains("open the log: open(/no/such/folder/log): No such file or directory"))
        #expect(try monitor.wait() == .exited(1))
        #expect(try FileSystem.list(monitor.runtime.root) == [])
    }

    @Test func orphansThatHoldThePipesAreKilled() throws {
        // The child ignores all that is polite and would hold the pipes for ever.
        let monitor = try MonitorProcess(
            """
            (trap '' HUP TERM; mkfifo never; echo child; read -r line <>never) &
            while [ ! -p never ]; do :; done
            exit 4
            """
        )
        #expect(try monitor.wait() == .exited(0))
        #expect(try monitor.status()["exitCode"]?.value == .integer(4))
        #expect(monitor.entries == ["stdout F child"])
    }

    @Test func nobodyNeedsToListen() throws {
        // The reader of the sync pipe is gone before the monitor says a word.
        let folder = try TemporaryDirectory("monitor")
        let runtime = try FakeRuntime(in: folder)
        let pipe = try Descriptor.pipe()
        try pipe.read.close()
        let process = try ChildProcess(
            executable: TestBinaries.monitor,
            arguments: [
                "--api-version", "1", "-c", "c1", "-b", try runtime.bundle("b", "echo hello"), "--persist-dir",
                folder("p"), "-l", folder("log"), "-r", runtime.path, "--runtime-arg", "--root=\(runtime.root)",
                "--sync", "--start",
            ],
            environment: ["PATH=/usr/sbin:/usr/bin:/sbin:/bin", "_OCI_SYNCPIPE=3"]
        ).spawn([3: pipe.write.rawValue])
        #expect(try process.wait() == .exited(0))
        #expect(try FileSystem.readText(folder("log")).hasSuffix("stdout F hello"))
        #expect(try FileSystem.readText(folder("p/exit")) == "0")
    }

    @Test func everyByteOfALotOfOutputIsLogged() throws {
        let monitor = try MonitorProcess(
            "i=0; while [ $i -lt 200 ]; do i=$((i+1)); seq $((i*1000-999)) $((i*1000)); done; seq 1 50000 >&2"
        )
        _ = try monitor.wait()
        let entries = monitor.entries
        #expect(entries.filter { $0.hasPrefix("stdout") } == (1...200_000).map { "stdout F \($0)" })
        #expect(entries.filter { $0.hasPrefix("stderr") } == (1...50_000).map { "stderr F \($0)" })
    }

    @Test func aFullLogIsRotated() throws {
        let monitor = try MonitorProcess(
            "seq 1 3000",
            flags: ["--log-size-max", "20000", "--log-max-files", "3"]
        )
        _ = try monitor.wait()
        let files = try ["log.3", "log.2", "log.1", "log"].map { try monitor.text($0) }
        #expect(files.dropLast().allSatisfy { (19_000...20_000).contains($0.utf8.count) })
        let numbers = files.joined().split(separator: "\n").compactMap { Int($0.dropFirst(40)) }
        #expect(numbers == Array((3001 - numbers.count)...3000))
    }

    @Test func withoutALogOutputIsReadAndForgotten() throws {
        let monitor = try MonitorProcess("seq 1 100000; exit 2", log: "none")
        _ = try monitor.wait()
        #expect(try monitor.status()["exitCode"]?.value == .integer(2))
        #expect(!FileSystem.exists(monitor.folder("log")))
    }

    @Test func theExitCommandRunsAfterTheExitFile() throws {
        let folder = try TemporaryDirectory("exit")
        let fifo = folder("told")
        #expect(mkfifo(fifo, 0o600) == 0)
        // The command finds the folder of exit files beside its fifo: both are named by the test.
        let exits = try folder.makeDirectory("exits")
        let monitor = try MonitorProcess(
            "exit 5",
            flags: [
                "--exit-dir", exits, "--exit-command", "/bin/sh", "--exit-command-arg", "-c", "--exit-command-arg",
                "cat \(exits)/c1 >\(fifo)",
            ]
        )
        // Opening blocks until the command writes.
        #expect(try FileSystem.read(fifo) == Array("5".utf8))
        #expect(try monitor.wait() == .exited(0))
    }

    @Test func theMonitorNamesItselfInTheLockedFile() throws {
        let folder = try TemporaryDirectory("lock")
        let runtime = try FakeRuntime(in: folder)
        let lock = try Descriptor.open(folder("monitor"), O_RDWR | O_CREAT, mode: 0o600)
        let process = try ChildProcess(
            executable: TestBinaries.monitor,
            arguments: [
                "-c", "c1", "-b", try runtime.bundle("b", "echo hello"), "--persist-dir", folder("p"), "-r",
                runtime.path, "--runtime-arg", "--root=\(runtime.root)", "--sync", "--start", "--lock-descriptor", "3",
            ],
            environment: ["PATH=/usr/sbin:/usr/bin:/sbin:/bin"]
        ).spawn([3: lock.rawValue])
        let startTime = try #require(ProcessHandle.startTime(of: process.pid))
        #expect(try process.wait() == .exited(0))
        #expect(try FileSystem.readText(folder("monitor")) == "\(process.pid) \(startTime)")
    }

    @Test func theHandshakesOfPodman() throws {
        let version = try Command(TestBinaries.monitor, "--version").run()
        #expect(version.text.hasPrefix("conmon version 2.1.12\ncommit: "))
        #expect(try Command(TestBinaries.monitor, "--help").run().status == .exited(0))
        let wrong = try Command(TestBinaries.monitor, "--nonsense").run()
        #expect(wrong.status == .exited(1))
        #expect(wrong.errorText == "swiftlet-monitor: unknown flag --nonsense\n")
    }
}
