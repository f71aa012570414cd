import JSONCoding
import Linux
import TestSupport
import Testing

/// Debian's podman as it comes on a machine of systemd's, its cgroups made by systemd, with our runtime in crun's place and our
/// monitor in conmon's.
@Suite(.serialized, .needsSystemdMachine) struct PodmanSystemdTests {
    private func podman() async throws -> Podman {
        try await Podman(in: try MachineHost("podman"), runtime: TestBinaries.runtime, cgroupManager: "systemd")
    }

    @Test func aContainerInAScopeOfPodmans() async throws {
        let podman = try await podman()
        try await podman(
            "run",
            "-d",
            "--name",
            "web",
            "--network",
            "none",
            "--memory",
            "64m",
            "--pids-limit",
            "33",
            "busybox",
            "sh",
            "-c",
            "trap 'exit 4' TERM; echo hi; while :; do sleep 1 & wait $!; done"
        ).checked()
        let id = try await podman("inspect", "web", "--format", "{{.Id}}").checked().text.filter { $0 != "\n" }
        let path = "/sys/fs/cgroup/machine.slice/libpod-\(id).scope/container"
        #expect(try FileSystem.readText("\(path)/memory.max") == "\(64 << 20)")
        #expect(try FileSystem.readText("\(path)/pids.max") == "33")
        let stats = try await podman("stats", "--no-stream", "--format", "{{.MemUsage}} {{.PIDS}}", "web").checked()
        #expect(stats.text.contains("67.11MB"), "\(stats)")
        try await podman("pause", "web").checked()
        #expect(try await podman("inspect", "web", "--format", "{{.State.Status}}").checked().text == "paused\n")
        try await podman("unpause", "web").checked()
        try await podman("stop", "-t", "60", "web").checked()
        #expect(try await podman("inspect", "web", "--format", "{{.State.ExitCode}}").checked().text == "4\n")
        #expect(try await podman("logs", "web").checked().text == "hi\n")
        try await podman("rm", "web").checked()
        #expect(!FileSystem.exists(FileSystem.split(path).directory))
    }

    @Test func aSliceBelowAnotherOne() async throws {
        let podman = try await podman()
        let parent = "machine-pair.slice"
        try await podman(
            "run", "-d", "--name", "one", "--network", "none", "--cgroup-parent", parent, "busybox", "sleep", "1000"
        ).checked()
        let path = try await podman("inspect", "one", "--format", "{{.State.CgroupPath}}").checked().text
        #expect(path.hasPrefix("/machine.slice/machine-pair.slice/libpod-"), "\(path)")
        try await podman("rm", "-f", "-t", "0", "one").checked()
        #expect(!FileSystem.exists("/sys/fs/cgroup/\(path.filter { $0 != "\n" })"))
    }

    @Test func memoryThatIsTooMuch() async throws {
        let podman = try await podman()
        let outcome = try await podman(
            "run",
            "--name",
            "greedy",
            "--network",
            "none",
            "--memory",
            "16m",
            "--memory-swap",
            "16m",
            "busybox",
            "sh",
            "-c",
            "exec /bin/busybox tail /dev/zero"
        )
        #expect(outcome.status == .exited(137))
        #expect(try await podman("inspect", "greedy", "--format", "{{.State.OOMKilled}}").checked().text == "true\n")
        try await podman("rm", "greedy").checked()
    }
}
