import Glibc
import Linux
import TestSupport
import Testing

/// What goes between a container and others while it runs: clients, the service manager, streams that are passed through.
struct MonitorStreamTests {
    /// A million numbered lines, 8 MB: more than a socket, a pipe and a backlog hold.
    private static let flood = "seq 1 1000000; echo end"

    @Test func `a client that stops reading stops neither the container nor its log`() throws {
        let monitor = try MonitorProcess("read -r go; \(MonitorStreamTests.flood)", flags: ["--full-attach", "-i"])
        _ = try monitor.answer()
        let deaf = try AttachedClient(monitor.folder("bundle"))
        try deaf.send("go\n")
        #expect(try monitor.wait() == .exited(0))
        let entries = monitor.entries
        #expect(entries.count == 1_000_001 && entries.last == "stdout F end")
        withExtendedLifetime(deaf) {}
    }

    @Test func `a client that is late gets what it has missed`() throws {
        let monitor = try MonitorProcess("read -r go; seq 1 300000", flags: ["--full-attach", "-i"])
        _ = try monitor.answer()
        let late = try AttachedClient(monitor.folder("bundle"))
        try late.send("go\n")
        // The container has ended by then, and nobody waited for the client.
        try waitForFile(monitor.folder("exits/c1"))
        #expect(try late.output() == (1...300_000).map { "\($0)\n" }.joined())
        #expect(try monitor.wait() == .exited(0))
    }

    @Test func `streams that are passed through are the monitor's own`() throws {
        let folder = try TemporaryDirectory("through")
        let output = try Descriptor.open(folder("output"), O_WRONLY | O_CREAT | O_APPEND, mode: 0o600)
        let monitor = try MonitorProcess("echo out; echo err >&2", log: "passthrough:", output: output.rawValue)
        #expect(try monitor.wait() == .exited(0))
        #expect(try FileSystem.readText(folder("output")) == "out\nerr")
        #expect(try monitor.text("exits/c1") == "0")
    }

    @Test func `what a container says to the service manager is passed on, but for what is not its to say`() throws {
        let folder = try TemporaryDirectory("notify")
        let manager = Descriptor(owning: socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue | SOCK_CLOEXEC.rawValue), 0))
        let number = manager.rawValue
        try withUnixAddress(folder("manager")) { address, length in
            try retrying("bind") { bind(number, address, length) }
        }
        let monitor = try MonitorProcess("read -r go", flags: ["--sdnotify-socket", folder("manager"), "--full-attach", "-i"])
        _ = try monitor.answer()
        let container = Descriptor(owning: socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue | SOCK_CLOEXEC.rawValue), 0))
        try container.connect(monitor.folder("bundle/notify/notify.sock"))
        try container.writeAll(Array("MAINPID=1\nREADY=1\nFDSTORE=1\nSTATUS=on\n".utf8))
        var bytes = [UInt8](repeating: 0, count: 256)
        let count = try retrying("recv") { recv(number, &bytes, bytes.count, 0) }
        #expect(String(decoding: bytes[..<count], as: UTF8.self) == "READY=1\nSTATUS=on")
        try AttachedClient(monitor.folder("bundle")).send("go\n")
        #expect(try monitor.wait() == .exited(0))
    }

    @Test func `a log has no more than it may have in all`() throws {
        let monitor = try MonitorProcess("seq 1 100", flags: ["--log-global-size-max", "1000"])
        #expect(try monitor.wait() == .exited(0))
        // Whole entries of 42 bytes (41 for one digit), and none behind the first that did not fit.
        #expect(monitor.log.utf8.count <= 1000)
        #expect(monitor.entries == (1...23).map { "stdout F \($0)" })
    }

    @Test func `a log is put aside on request where that was asked for`() throws {
        let monitor = try MonitorProcess(
            "echo before; read -r go; echo after",
            flags: ["--log-rotate", "--log-max-files", "2", "--full-attach", "-i"]
        )
        _ = try monitor.answer()
        try waitForEntry("before", in: monitor.folder("log"))
        let control = try Descriptor.open(monitor.folder("bundle/ctl"), O_WRONLY)
        try control.writeAll(Array("2 0 0\n".utf8))
        try waitForFile(monitor.folder("log.1"))
        try AttachedClient(monitor.folder("bundle")).send("go\n")
        #expect(try monitor.wait() == .exited(0))
        #expect(monitor.entries == ["stdout F after"])
        #expect(try monitor.text("log.1").contains("stdout F before"))
    }

    @Test func `sockets of the service manager reach the runtime with its own pid`() throws {
        let folder = try TemporaryDirectory("listen")
        let runtime = try FakeRuntime(in: folder)
        let wrapper = try folder.write(
            "wrapper",
            """
            #!/bin/sh
            case "$*" in *create*) echo "$LISTEN_FDS $((LISTEN_PID == $$)) $(cat <&3)" >"\(folder("seen"))" ;; esac
            exec "\(runtime.path)" "$@"
            """
        )
        if chmod(wrapper, 0o755) == -1 { throw SystemError.last("chmod", wrapper) }
        try folder.write("socket", "given")
        let given = try Descriptor.open(folder("socket"), O_RDONLY)
        let process = try ChildProcess(
            executable: TestBinaries.monitor,
            arguments: [
                "-c", "c1", "-u", "c1", "-b", try runtime.bundle("b", "exit 0"), "-r", wrapper,
                "--runtime-arg", "--root=\(runtime.root)", "--sync", "--start", "--replace-listen-pid",
            ],
            environment: ["PATH=/usr/sbin:/usr/bin:/sbin:/bin", "LISTEN_FDS=1", "LISTEN_PID=1"]
        ).spawn([3: given.rawValue, 2: 2])
        #expect(try process.wait() == .exited(0))
        #expect(try FileSystem.readText(folder("seen")) == "1 1 given")
    }
}
