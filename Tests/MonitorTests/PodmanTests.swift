import Linux
import TestSupport
import Testing

/// Debian's podman with the monitor in conmon's place and runc as its runtime, in a private host.
@Suite(.needsPrivateHost)
struct PodmanTests {
    /// podman with folders of its own and an image of Debian's static busybox.
    private struct Podman {
        let host: TestHost
        let folder: TemporaryDirectory

        init() async throws {
            host = try await TestHost("podman")
            folder = try TemporaryDirectory("podman")
            // Limits that no capability is needed for; runc, because crun 1.8 refuses hybrid cgroups.
            try folder.write(
                "containers.conf",
                """
                [containers]
                default_ulimits = ["nofile=1024:1024", "nproc=4096:4096"]
                log_driver = "k8s-file"
                [engine]
                cgroup_manager = "cgroupfs"
                events_logger = "file"
                runtime = "runc"
                """
            )
            try FileSystem.makeDirectories(folder("rootfs/bin"))
            _ = try Command("cp", "/bin/busybox", folder("rootfs/bin/busybox")).run().checked()
            for applet in ["sh", "cat", "seq", "sleep"] {
                try FileSystem.makeSymbolicLink(at: folder("rootfs/bin/\(applet)"), to: "busybox")
            }
            _ = try Command("tar", "-C", folder("rootfs"), "-cf", folder("image.tar"), ".").run().checked()
            try await self("import", "-q", folder("image.tar"), "busybox").checked()
        }

        @discardableResult
        func callAsFunction(_ arguments: String..., input: [UInt8] = []) async throws -> Command.Outcome {
            let global = [
                "podman", "--root", folder("lib"), "--runroot", folder("run"), "--tmpdir", folder("tmp"),
                "--storage-driver", "vfs", "--conmon", TestBinaries.monitor,
            ]
            var command = Command(global + arguments, input: input)
            command.environment = ["CONTAINERS_CONF": folder("containers.conf")]
            return try await host.run(command)
        }
    }

    @Test func aDetachedContainer() async throws {
        let podman = try await Podman()
        try await podman(
            "run",
            "-d",
            "--name",
            "web",
            "--network",
            "none",
            "busybox",
            "sh",
            "-c",
            "trap 'echo bye; exit 4' TERM; echo hi; echo oops >&2; while :; do sleep 1 & wait $!; done"
        ).checked()
        let status = try await podman("ps", "--format", "{{.Names}} {{.Status}}").checked()
        #expect(status.text.hasPrefix("web Up"))
        try await podman("stop", "-t", "20", "web").checked()
        let logs = try await podman("logs", "web").checked()
        #expect(logs.text == "hi\nbye\n")
        #expect(logs.errorText == "oops\n")
        let state = try await podman("inspect", "web", "--format", "{{.State.Status}} {{.State.ExitCode}}").checked()
        #expect(state.text == "exited 4\n")
        try await podman("rm", "web").checked()
        #expect(try await podman("ps", "-aq").checked().text == "")
    }

    @Test func aContainerInTheForeground() async throws {
        let podman = try await Podman()
        let exit = try await podman(
            "run",
            "--rm",
            "--network",
            "none",
            "busybox",
            "sh",
            "-c",
            "echo out; echo err >&2; exit 9"
        )
        #expect(exit.status == .exited(9))
        #expect(exit.text == "out\n" && exit.errorText == "err\n")
        let input = [UInt8](repeating: UInt8(ascii: "x"), count: 500_000) + [0x0A]
        let echo = try await podman("run", "-i", "--rm", "--network", "none", "busybox", "cat", input: input)
        #expect(echo.output == input)
        let many = try await podman("run", "--rm", "--network", "none", "busybox", "seq", "1", "200000")
        #expect(many.text == (1...200_000).map { "\($0)\n" }.joined())
    }

    @Test func aCommandThatDoesNotExist() async throws {
        let podman = try await Podman()
        let outcome = try await podman("run", "--network", "none", "busybox", "no-such-command")
        #expect(outcome.status == .exited(127))
        #expect(outcome.errorText.contains("no-such-command"))
    }
}
