import Cgroups
import Glibc
import JSONCoding
import Linux
import OCISpec
import TestSupport
import Testing

@Suite(.needsPrivateHost) struct ExecTests {
    private let fixture: ContainerFixture

    init() throws {
        fixture = try ContainerFixture()
        try fixture.start(fixture.spec("exec sleep 1000"))
    }

    @Test func theProcessIsInTheContainer() throws {
        let outcome = try fixture.runtime(
            "exec",
            fixture.id,
            "sh",
            "-c",
            "hostname; cut -d: -f3 /proc/self/cgroup | sort -u; grep -E 'CapEff|Seccomp:|NoNew' /proc/self/status; exit 7"
        )
        #expect(outcome.status == .exited(7))
        #expect(
            outcome.text == "box\n/\nCapEff:\t00000000a80425fb\nNoNewPrivs:\t1\nSeccomp:\t2\n",
            "\(outcome)"
        )
    }

    @Test func flagsChangeThePattern() throws {
        let outcome = try fixture.runtime(
            "exec",
            "--cwd",
            "/bin",
            "--env",
            "A=b",
            "-e",
            "PATH=/bin:/x",
            "--user",
            "7:8",
            fixture.id,
            "sh",
            "-c",
            "pwd; echo $A $PATH; id -u; id -g"
        )
        #expect(outcome.text == "/bin\nb /bin:/x\n7\n8\n", "\(outcome)")
    }

    @Test func aProcessFileIsTakenWhole() throws {
        var process = RuntimeSpec.Process(args: ["sh", "-c", "echo $X; grep CapEff /proc/self/status"], cwd: "/dev")
        process.env = ["PATH=/bin", "X=y"]
        process.capabilities = .init(bounding: ["CAP_CHOWN"])
        try FileSystem.write(fixture.directory("process.json"), try JSON.encode(process))
        let outcome = try fixture.runtime("exec", "--process", fixture.directory("process.json"), fixture.id)
        #expect(outcome.text == "y\nCapEff:\t0000000000000001\n", "\(outcome)")
    }

    @Test func missingCommandsAreTold() throws {
        let missing = try fixture.runtime("exec", fixture.id, "nosuch")
        #expect(missing.status == .exited(127))
        #expect(missing.errorText.contains("exec: \"nosuch\": executable file not found in $PATH"))
        let directory = try fixture.runtime("exec", fixture.id, "/bin")
        #expect(directory.status == .exited(126))
        #expect(directory.errorText.contains("permission denied"))
    }

    @Test func aDetachedProcessStays() throws {
        try Command(
            "/bin/sh",
            "-c",
            "exec \"$@\" >/dev/null 2>&1 </dev/null",
            "sh",
            TestBinaries.runtime,
            "--root",
            fixture.root,
            "exec",
            "--detach",
            "--pid-file",
            fixture.directory("pid"),
            fixture.id,
            "sleep",
            "1000"
        ).run().checked()
        let pid = try #require(Int64(try FileSystem.readText(fixture.directory("pid"))))
        let processes = try JSON.parse(try fixture.runtime("ps", "-f", "json", fixture.id).output)
        #expect(processes.arrayValue?.compactMap(\.integerValue).contains(pid) == true)
    }

    @Test func aTerminalIsGiven() throws {
        #expect(try fixture.runtime("exec", "--tty", fixture.id, "tty").text == "/dev/pts/0\r\n")
    }

    @Test func userNamespacesAreEntered() throws {
        let other = try ContainerFixture()
        #expect(chown(other.rootfs, 100_000, 100_000) == 0)
        var spec = other.spec(["/bin/sleep", "1000"])
        spec.linux?.namespaces?.append(.init(.user))
        spec.linux?.uidMappings = [.init(containerID: 0, hostID: 100_000, size: 65_536)]
        spec.linux?.gidMappings = [.init(containerID: 0, hostID: 100_000, size: 65_536)]
        try other.start(spec)
        let outcome = try other.runtime("exec", "--tty", other.id, "sh", "-c", "id -u; cat /proc/1/comm; tty; exit 5")
        #expect(outcome.text == "0\r\nsleep\r\n/dev/pts/0\r\n")
        #expect(outcome.status == .exited(5))
    }

    @Test func wrongFlagsAreRefused() throws {
        for arguments in [["--nosuch"], ["--user", "name"], ["--cgroup", "../x"]] {
            let outcome = try Command(
                [TestBinaries.runtime, "--root", fixture.root, "exec"] + arguments + [fixture.id, "true"]
            ).run()
            #expect(outcome.status == .exited(1), "\(arguments)")
        }
    }

    /// A group that hands its controllers down takes no processes (v2): exec goes where the container's own process went.
    @Test func aGroupThatHandsItsControllersDown() throws {
        let layout = try CgroupLayout.detect()
        let group = try Cgroup(path: "/\(fixture.cgroupParent)/\(fixture.id)", in: layout)
        guard let folder = group.unified?.path else { return }
        let parent = FileSystem.split(folder).directory
        let controllers = try FileSystem.readText(parent + "/cgroup.controllers").split(separator: " ")
        // Beside version 1 there is only what that does not have.
        let controller = try #require(controllers.first { $0 == "hugetlb" || $0 == "pids" })
        try FileSystem.writeKernelFile(parent + "/cgroup.subtree_control", "+\(controller)")
        let pid = try #require(try fixture.state()["pid"]?.integerValue)
        #expect(mkdir(folder + "/init", 0o755) == 0)
        try FileSystem.writeKernelFile(folder + "/init/cgroup.procs", "\(pid)")
        try FileSystem.writeKernelFile(folder + "/cgroup.subtree_control", "+\(controller)")
        let outcome = try fixture.runtime("exec", fixture.id, "sh", "-c", "cat /proc/self/cgroup; exit 5")
        #expect(outcome.status == .exited(5), "\(outcome)")
        #expect(outcome.text.split(separator: "\n").contains { $0.hasPrefix("0::") && $0.hasSuffix("/init") }, "\(outcome)")
    }
}
