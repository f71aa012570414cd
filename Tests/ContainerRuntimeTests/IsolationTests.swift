import Glibc
import JSONCoding
import Linux
import OCISpec
import TestSupport
import Testing

@Suite(.needsPrivateHost) struct IsolationTests {
    private let fixture: ContainerFixture

    init() throws { fixture = try ContainerFixture() }

    private func lines(_ script: String, _ change: (inout RuntimeSpec) -> Void = { _ in }) throws -> [String] {
        let outcome = try fixture.run(script, change)
        #expect(outcome.succeeded, "\(outcome)")
        return outcome.text.split(separator: "\n").map(String.init)
    }

    @Test func theContainerIsAlone() throws {
        let found = try lines("echo $$; hostname; ls /sys/class/net; cat /proc/1/cgroup | cut -d: -f3 | sort -u; ls /")
        #expect(found.prefix(4) == ["1", "box", "lo", "/"])
        #expect(Set(found.dropFirst(4)) == ["bin", "dev", "proc", "sys"])
    }

    @Test func rightsAreThoseOfTheConfiguration() throws {
        let status = try lines("cat /proc/self/status")
        func field(_ name: String) -> String? {
            status.first { $0.hasPrefix(name + ":") }?.split(separator: "\t").last.map(String.init)
        }
        #expect(field("CapEff") == "00000000a80425fb")
        #expect(field("CapBnd") == "00000000a80425fb")
        #expect(field("CapInh") == "0000000000000000")
        #expect(field("CapAmb") == "0000000000000000")
        #expect(field("NoNewPrivs") == "1")
        #expect(field("Seccomp") == "2")
    }

    @Test func theFilterIsInForceWithoutNoNewPrivilegesToo() throws {
        let found = try lines("grep -E 'NoNewPrivs|Seccomp:' /proc/self/status; mount -t tmpfs x /bin 2>&1 || true") {
            spec in
            spec.process?.noNewPrivileges = false
            spec.process?.capabilities = .init(bounding: ["CAP_SYS_ADMIN"])
        }
        #expect(found.prefix(2) == ["NoNewPrivs:\t0", "Seccomp:\t2"])
        #expect(found.last?.contains("permission denied") == true)
    }

    @Test func userGroupsUmaskAndLimits() throws {
        let found = try lines(
            "id -u; id -g; id -G; umask; ulimit -n; ulimit -Hn; touch /tmp/x; stat -c %u:%g:%a /tmp/x"
        ) { spec in
            spec.process?.user = .init(uid: 1000, gid: 1001, additionalGids: [5, 6], umask: 0o077)
            spec.process?.rlimits = [.init(type: "RLIMIT_NOFILE", soft: 99, hard: 111)]
            spec.mounts?.append(.init(destination: "/tmp", type: "tmpfs", source: "tmpfs", options: ["mode=1777"]))
        }
        #expect(found == ["1000", "1001", "1001 5 6", "0077", "99", "111", "1000:1001:600"])
    }

    @Test func aUserWithoutRightsHasNone() throws {
        let found = try lines("grep -E 'Cap(Eff|Prm|Bnd)' /proc/self/status; echo x > /dev/stdout") { spec in
            spec.process?.user = .init(uid: 1000, gid: 1000)
        }
        #expect(
            found == [
                "CapPrm:\t0000000000000000", "CapEff:\t0000000000000000", "CapBnd:\t00000000a80425fb", "x",
            ]
        )
    }

    @Test func ambientCapabilitiesSurviveTheChangeOfUser() throws {
        let found = try lines("grep -E 'Cap(Eff|Amb)' /proc/self/status") { spec in
            spec.process?.user = .init(uid: 1000, gid: 1000)
            var sets = RuntimeSpec.Process.Capabilities(bounding: ["CAP_NET_BIND_SERVICE"])
            sets.inheritable = ["CAP_NET_BIND_SERVICE"]
            sets.ambient = ["CAP_NET_BIND_SERVICE"]
            spec.process?.capabilities = sets
        }
        #expect(found == ["CapEff:\t0000000000000400", "CapAmb:\t0000000000000400"])
    }

    @Test func pathsAreMaskedAndReadOnly() throws {
        let found = try lines(
            """
            cat /proc/timer_list | wc -c; ls /sys/firmware | wc -l
            (echo 1 > /proc/sys/kernel/shmmni) 2>/dev/null || echo read-only
            (echo 1 > /sys/kernel/uevent_seqnum) 2>/dev/null || echo read-only
            """
        )
        #expect(found == ["0", "0", "read-only", "read-only"])
    }

    @Test func noDescriptorIsLeft() throws {
        let found = try lines("for f in /proc/1/fd/*; do echo ${f##*/}; done; cat /proc/1/environ | tr '\\0' '\\n'") {
            spec in
            spec.process?.args = ["/bin/sh", "-c", "ls /proc/1/fd"]
        }
        // The shell replaces itself by ls, which has the folder open.
        #expect(Set(found).isSubset(of: ["0", "1", "2", "3"]))
    }

    /// A stream that is the host's null device would be a file of a mount that the container does not have.
    @Test func aNullDeviceOnAStreamIsTheContainersOwn() throws {
        try fixture.write(fixture.spec("stat -L -c %d:%i /dev/null /proc/self/fd/0 /proc/self/fd/2; echo kept >&2"))
        let script = "exec \"$@\" </dev/null 2>/dev/null"
        let words = [TestBinaries.runtime, "--root", fixture.root, "run", "--bundle", fixture.bundle, fixture.id]
        let outcome = try Command(["/bin/sh", "-c", script, "sh"] + words).run().checked()
        let nodes = outcome.text.split(separator: "\n")
        #expect(nodes.count == 3 && Set(nodes).count == 1, "\(outcome)")
        // Where a root has none, the streams are as they were given.
        var bare = fixture.spec("echo still here")
        bare.mounts = []
        bare.linux?.readonlyPaths = []
        bare.linux?.maskedPaths = []
        try fixture.write(bare)
        #expect(try Command(["/bin/sh", "-c", script, "sh"] + words).run().checked().text == "still here\n")
    }

    @Test func devicesAreThereAndNoOthers() throws {
        let found = try lines(
            """
            echo x > /dev/null && cat /dev/zero | dd bs=1 count=1 2>/dev/null | wc -c
            mknod /dev/disk b 254 0 && (cat /dev/disk >/dev/null 2>&1 || echo refused)
            readlink /dev/ptmx; readlink /dev/stdout
            """
        ) { $0.process?.args?[0] = "/bin/sh" }
        #expect(found == ["1", "refused", "pts/ptmx", "/proc/self/fd/1"])
    }

    @Test func limitsAreInTheContainersOwnView() throws {
        let found = try lines(
            "cat /sys/fs/cgroup/memory/memory.limit_in_bytes /sys/fs/cgroup/memory.max 2>/dev/null; cat /sys/fs/cgroup/pids/pids.max /sys/fs/cgroup/pids.max 2>/dev/null; true"
        ) { spec in
            spec.linux?.resources?.memory = .init()
            spec.linux?.resources?.memory?.limit = 32 << 20
            spec.linux?.resources?.pids = .init(limit: 44)
        }
        #expect(found == ["\(32 << 20)", "44"])
    }

    @Test func sysctlsOfOwnNamespacesOnly() throws {
        #expect(
            try lines("cat /proc/sys/net/ipv4/ip_forward") { $0.linux?.sysctl = ["net.ipv4.ip_forward": "1"] } == ["1"]
        )
        let refused = try fixture.run("true") { $0.linux?.sysctl = ["vm.swappiness": "1"] }
        #expect(refused.errorText.contains("vm.swappiness"))
        let foreign = try fixture.run("true") { spec in
            spec.linux?.sysctl = ["net.ipv4.ip_forward": "1"]
            spec.linux?.namespaces?.removeAll { $0.type == .network }
        }
        #expect(foreign.errorText.contains("network namespace"))
    }

    @Test func namespacesAreJoinedByPath() throws {
        try fixture.start(fixture.spec("exec sleep 1000"))
        let pid = try #require(try fixture.state()["pid"]?.integerValue)
        let other = try ContainerFixture()
        let found = try other.run("readlink /proc/self/ns/net; readlink /proc/self/ns/ipc; ps | grep -c 'sleep 1000'") {
            spec in
            spec.hostname = nil
            spec.linux?.namespaces = [
                .init(.mount), .init(.network, path: "/proc/\(pid)/ns/net"), .init(.ipc, path: "/proc/\(pid)/ns/ipc"),
                .init(.pid, path: "/proc/\(pid)/ns/pid"),
            ]
        }
        let lines = found.text.split(separator: "\n").map(String.init)
        #expect(lines.first == (try FileSystem.readLink("/proc/\(pid)/ns/net")))
        #expect(lines.dropFirst().first == (try FileSystem.readLink("/proc/\(pid)/ns/ipc")))
        #expect(lines.last.flatMap { Int($0) }.map { $0 >= 1 } == true)
    }

    @Test func userNamespacesAreMapped() throws {
        // The container's root makes its mount points itself, and is nobody in a root that is not its own.
        #expect(chown(fixture.rootfs, 100_000, 100_000) == 0)
        let found = try lines("id -u; cat /proc/self/uid_map; stat -c %u /proc/1; echo x > /dev/null && echo ok") {
            spec in
            spec.linux?.namespaces?.append(.init(.user))
            spec.linux?.uidMappings = [.init(containerID: 0, hostID: 100_000, size: 65_536)]
            spec.linux?.gidMappings = [.init(containerID: 0, hostID: 100_000, size: 65_536)]
        }
        #expect(found.first == "0")
        #expect(found.dropFirst().first?.split(separator: " ") == ["0", "100000", "65536"])
        #expect(found.suffix(2) == ["0", "ok"])
    }

    @Test func timeNamespacesHaveTheirOffset() throws {
        let found = try lines("cut -d. -f1 /proc/uptime") { spec in
            spec.linux?.namespaces?.append(.init(.time))
            spec.linux?.timeOffsets = .init(boottime: .init(secs: 1_000_000))
        }
        #expect(found.first.flatMap { Int($0) }.map { $0 > 1_000_000 } == true)
    }

    @Test func aTerminalIsTheContainersOwn() throws {
        let found = try fixture.run("tty; stat -c %t:%T /dev/console") { spec in
            spec.process?.terminal = true
            spec.process?.consoleSize = .init(height: 10, width: 20)
        }
        #expect(found.text == "/dev/pts/0\r\n88:0\r\n")
    }
}
