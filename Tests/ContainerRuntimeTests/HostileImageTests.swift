import Glibc
import JSONCoding
import Linux
import OCISpec
import TestSupport
import Testing

/// One test for each way by which images and configurations have left containers before; `ExposureTests` has those that go
/// through the runtime's own program and descriptors.
@Suite(.needsPrivateHost) struct HostileImageTests {
    private let fixture: ContainerFixture

    init() throws { fixture = try ContainerFixture() }

    private func refuse(_ wanted: String, _ outcome: Command.Outcome) throws {
        #expect(!outcome.succeeded && outcome.errorText.contains(wanted), "\(wanted): \(outcome)")
        #expect(try fixture.isGone())
    }

    /// CVE-2024-21626: a working directory that is a descriptor of the runtime's.
    @Test func aWorkingDirectoryCannotBeADescriptor() throws {
        var spec = fixture.spec("ls; pwd")
        spec.process?.cwd = "/proc/self/fd/9"
        try fixture.write(spec)
        let outcome = try Command(
            "/bin/sh", "-c", "exec 9</; exec \"$@\"", "sh", TestBinaries.runtime, "--root", fixture.root, "run",
            "--bundle", fixture.bundle, fixture.id
        ).run()
        #expect(!outcome.succeeded && outcome.text.isEmpty, "\(outcome)")
        #expect(try fixture.isGone())
    }

    /// The same by exec, into a container whose own process keeps a folder open for it.
    @Test func aProcessThatIsAddedCannotWorkOutside() throws {
        try fixture.start(fixture.spec("exec sleep 1000"))
        let script = "exec 9</; exec \"$@\""
        let outcome = try Command(
            "/bin/sh", "-c", script, "sh", TestBinaries.runtime, "--root", fixture.root, "exec", "--cwd", "/proc/self/fd/9",
            fixture.id, "pwd"
        ).run()
        #expect(!outcome.succeeded && outcome.text.isEmpty, "\(outcome)")
    }

    /// CVE-2019-16884, CVE-2025-52881: what the runtime writes to in /proc is covered by somebody's files.
    @Test func procCannotBeReplaced() throws {
        let fake = try fixture.directory.makeDirectory("fake/self/attr")
        try FileSystem.write(fake + "/exec", [])
        for destination in ["/proc", "/proc/self/attr", "/proc/sys", "/proc/../proc/self", "/proc/sysrq-trigger"] {
            try refuse("/proc", try fixture.run("true") {
                $0.mounts?.append(
                    .init(destination: destination, type: "bind", source: fixture.directory("fake"), options: ["bind"])
                )
            })
        }
        try refuse("/proc", try fixture.run("true") {
            $0.mounts?.append(.init(destination: "/proc/sys", type: "tmpfs", source: "tmpfs"))
        })
        #expect(try FileSystem.read(fake + "/exec").isEmpty)
    }

    @Test func aSymlinkDoesNotLeadIntoProc() throws {
        try FileSystem.makeSymbolicLink(at: fixture.rootfs + "/way", to: "/proc/self")
        try refuse("leads into /proc", try fixture.run("true") {
            $0.mounts?.append(.init(destination: "/way/attr", type: "tmpfs", source: "tmpfs"))
        })
        // lxcfs puts files over some of /proc, and only over those.
        #expect(try fixture.run("cat /proc/uptime") {
            $0.mounts?.append(.init(destination: "/proc/uptime", type: "bind", source: "/dev/null", options: ["bind"]))
        }.text.isEmpty)
    }

    /// Every destination is a symlink of the image that names a folder of the host.
    @Test(arguments: ["/etc/x", "/dev/shm", "/deep/er/x", "/sys/fs/cgroup"]) func symlinksStayInside(destination: String) throws {
        let outside = try fixture.directory.makeDirectory("outside")
        let parts = destination.split(separator: "/").dropLast()
        let folder = fixture.rootfs + "/" + parts.joined(separator: "/")
        try FileSystem.makeDirectories(FileSystem.split(folder).directory)
        try FileSystem.makeSymbolicLink(at: folder, to: outside)
        let outcome = try fixture.run("true") { spec in
            spec.mounts = spec.mounts?.filter { $0.destination == "/proc" }
            spec.mounts?.append(.init(destination: destination, type: "tmpfs", source: "tmpfs"))
        }
        // Made inside of the root where the link leads to, or refused: nothing outside.
        #expect(try FileSystem.list(outside).isEmpty, "\(outcome)")
    }

    /// CVE-2025-31133: the image has something else in the place of the null device that hides files.
    @Test func masksAreTheHostsNullDevice() throws {
        let dev = try fixture.directory.makeDirectory("dev")
        try FileSystem.write(dev + "/null", Array("not the null device\n".utf8))
        try FileSystem.write(fixture.rootfs + "/secret", Array("secret\n".utf8))
        let outcome = try fixture.run("cat /secret; stat -c %t:%T /secret") { spec in
            spec.mounts?.removeAll { $0.destination.hasPrefix("/dev") }
            spec.mounts?.append(.init(destination: "/dev", type: "bind", source: dev, options: ["bind"]))
            spec.linux?.maskedPaths = ["/secret"]
        }
        #expect(outcome.text == "1:3\n", "\(outcome)")
        #expect(try FileSystem.readText(dev + "/null") == "not the null device")
    }

    /// CVE-2025-52565: the terminal's mount on /dev/console follows a symlink of the image.
    @Test func theConsoleIsMountedInside() throws {
        let victim = fixture.directory("victim")
        try FileSystem.write(victim, Array("untouched".utf8))
        _ = try fixture.directory.makeDirectory("bundle/rootfs/dev/pts")
        try FileSystem.makeSymbolicLink(at: fixture.rootfs + "/dev/console", to: victim)
        let outcome = try fixture.run("tty; stat -c %F \(victim)") { spec in
            spec.process?.terminal = true
            spec.mounts = spec.mounts?.filter { ["/proc", "/dev/pts"].contains($0.destination) }
        }
        #expect(try FileSystem.readText(victim) == "untouched", "\(outcome)")
        // The terminal is where the link leads to inside of the root.
        #expect(outcome.text == "/dev/pts/0\r\ncharacter special file\r\n", "\(outcome)")
        #expect(!(try FileSystem.readText("/proc/self/mountinfo").contains(victim)))
    }

    /// A container's own multiplexer of terminals is a file of the image.
    @Test func aTerminalIsOfDevptsOnly() throws {
        _ = try fixture.directory.makeDirectory("bundle/rootfs/dev/pts")
        try FileSystem.write(fixture.rootfs + "/dev/pts/ptmx", [])
        let outcome = try fixture.run("true") { spec in
            spec.process?.terminal = true
            spec.mounts = spec.mounts?.filter { $0.destination == "/proc" }
        }
        #expect(outcome.errorText.contains("/dev/pts/ptmx is not of devpts"), "\(outcome)")
    }

    /// CVE-2022-29162 and its kin: no set but those that were asked for, and inheritable ones never by accident.
    @Test func addedCapabilitiesAreNotInherited() throws {
        try fixture.start(fixture.spec("exec sleep 1000"))
        let outcome = try fixture.runtime(
            "exec", "--cap", "CAP_SYS_ADMIN", fixture.id, "sh", "-c", "grep -E 'Cap(Inh|Amb)' /proc/self/status"
        )
        #expect(outcome.text == "CapInh:\t0000000000000000\nCapAmb:\t0000000000000000\n", "\(outcome)")
    }

    /// A container's process could read or change a runtime's copy that joins it, if it could trace it.
    @Test func theRuntimesCopyCannotBeTraced() throws {
        try #require(chown(fixture.rootfs, 100_000, 100_000) == 0)
        var spec = fixture.spec("exec sleep 1000")
        spec.linux?.namespaces?.append(.init(.user))
        let mappings = [RuntimeSpec.IDMapping(containerID: 0, hostID: 100_000, size: 65_536)]
        spec.linux?.uidMappings = mappings
        spec.linux?.gidMappings = mappings
        try fixture.write(spec)
        try Command(
            "/bin/sh", "-c", "exec \"$@\" >/dev/null 2>&1 </dev/null", "sh", TestBinaries.runtime, "--root", fixture.root,
            "create", "--bundle", fixture.bundle, fixture.id
        ).run().checked()
        let pid = try #require(try fixture.state()["pid"]?.integerValue)
        // The files of a process that cannot be dumped are the host's root's, whoever the process is (proc(5)).
        #expect(try FileSystem.status("/proc/\(pid)/maps").userID == 0)
        try fixture.runtime("start", fixture.id).checked()
        #expect(try FileSystem.status("/proc/\(pid)/maps").userID == 100_000)
    }

    /// A container that has put its own files over /proc and /dev before somebody comes in.
    @Test func execIntoAHostileContainer() throws {
        let script = """
            mkdir -p /fake/self/attr /fake/self/fd /fake/1; echo fake > /fake/self/attr/exec; echo fake > /fake/uptime
            mount -o bind /fake /proc; touch /ready; exec sleep 1000
            """
        var spec = fixture.spec(script)
        spec.process?.capabilities = .init(bounding: ContainerDefaults.capabilities + ["CAP_SYS_ADMIN"])
        spec.linux?.seccomp = nil
        try fixture.start(spec)
        let deadline = Deadline(in: .seconds(20))
        while !FileSystem.exists(fixture.rootfs + "/ready"), !deadline.hasPassed { sched_yield() }
        let outcome = try fixture.runtime("exec", fixture.id, "sh", "-c", "cat /proc/uptime /proc/self/attr/exec; hostname")
        #expect(outcome.text == "fake\nfake\nbox\n", "\(outcome)")
        #expect(try FileSystem.readText(fixture.rootfs + "/fake/self/attr/exec") == "fake")
        try fixture.runtime("delete", "--force", fixture.id).checked()
        #expect(try fixture.isGone())
    }

    /// CVE-2022-0492: a release agent of version 1 is a program that the host runs.
    @Test(arguments: [true, false]) func theHostsCgroupsAreOutOfReach(hasNamespace: Bool) throws {
        let script = """
            find /sys/fs/cgroup -name release_agent 2>/dev/null | while read file; do echo x > $file 2>/dev/null && echo written; done
            find /sys/fs/cgroup -maxdepth 3 -name '\(fixture.cgroupParent)'
            """
        let outcome = try fixture.run(script.replacingFind) { spec in
            if !hasNamespace { spec.linux?.namespaces?.removeAll { $0.type == .cgroup } }
            for index in spec.mounts?.indices ?? 0..<0 where spec.mounts?[index].type == "cgroup" {
                spec.mounts?[index].options = ["nosuid", "noexec", "nodev", "rw"]
            }
        }
        #expect(outcome.succeeded && outcome.text.isEmpty, "\(outcome)")
    }

    /// A configuration that was put together from what an image says of itself.
    @Test func pathsOfAConfigurationDoNotLeaveTheirPlace() throws {
        try refuse("cgroup", try fixture.run("true") { $0.linux?.cgroupsPath = "/../../escape" })
        try refuse("linux.sysctl", try fixture.run("true") { $0.linux?.sysctl = ["net/../kernel/core_pattern": "|/x"] })
        try refuse("linux.sysctl", try fixture.run("true") { $0.linux?.sysctl = ["kernel.core_pattern": "|/x"] })
        let outside = fixture.directory("escaped")
        let outcome = try fixture.run("true") {
            $0.mounts?.append(.init(destination: "/../../../../\(outside)", type: "tmpfs", source: "tmpfs"))
        }
        #expect(!FileSystem.exists(outside), "\(outcome)")
        let device = try fixture.run("ls /") {
            $0.linux?.devices = [.init(.character, path: "/dev/../../../\(outside)", major: 1, minor: 3)]
        }
        #expect(!FileSystem.exists(outside), "\(device)")
    }
}

extension String {
    /// By busybox, whatever links the image has.
    fileprivate var replacingFind: String {
        split(separator: "\n").map { $0.hasPrefix("find") ? "busybox " + $0 : String($0) }.joined(separator: "\n")
    }
}
