import Linux
import TestSupport
import Testing

/// Debian's podman with the monitor in conmon's place and runc as its runtime, in a private host.
@Suite(.needsPrivateHost)
struct PodmanTests {
    @Test func aDetachedContainer() async throws {
        let podman = try await Podman(in: try await TestHost("podman"))
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
        let podman = try await Podman(in: try await TestHost("podman"))
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
        let podman = try await Podman(in: try await TestHost("podman"))
        let outcome = try await podman("run", "--network", "none", "busybox", "no-such-command")
        #expect(outcome.status == .exited(127))
        #expect(outcome.errorText.contains("no-such-command"))
    }

    @Test func `commands in a container`() async throws {
        let podman = try await Podman(in: try await TestHost("podman"))
        try await podman("run", "-d", "--name", "web", "--network", "none", "busybox", "sleep", "1000").checked()
        let exit = try await podman("exec", "web", "sh", "-c", "echo out; echo err >&2; exit 42")
        #expect(exit.status == .exited(42))
        #expect(exit.text == "out\n" && exit.errorText.hasPrefix("err\n"))
        let input = [UInt8](repeating: UInt8(ascii: "x"), count: 300_000) + [0x0A]
        #expect(try await podman("exec", "-i", "web", "cat", input: input).checked().output == input)
        let missing = try await podman("exec", "web", "no-such-command")
        #expect(missing.status == .exited(127))
        #expect(missing.errorText.contains("no-such-command"))
        // In the background: podman learns of the end by the exit file and the exit command.
        let session = try await podman("exec", "-d", "web", "sh", "-c", "exit 5").checked()
        #expect(session.text.count == 65)
        let terminal = try await podman("exec", "-t", "web", "sh", "-c", "test -t 1 && echo terminal").checked()
        #expect(terminal.text == "terminal\r\n")
        try await podman("rm", "-f", "-t", "0", "web").checked()
    }

    @Test func `a health check runs`() async throws {
        let podman = try await Podman(in: try await TestHost("podman"))
        try await podman(
            "run", "-d", "--name", "web", "--network", "none", "--health-cmd", "sh -c 'exit 0'", "--health-interval", "disable", "busybox",
            "sleep", "1000"
        ).checked()
        #expect(try await podman("healthcheck", "run", "web").status == .exited(0))
        let health = try await podman("inspect", "web", "--format", "{{.State.Health.Status}}").checked()
        #expect(health.text == "healthy\n")
        try await podman("rm", "-f", "-t", "0", "web").checked()
    }
}
