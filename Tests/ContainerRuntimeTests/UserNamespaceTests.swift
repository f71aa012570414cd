import Glibc
import Linux
import OCISpec
import TestSupport
import Testing

/// Containers whose users are nobody on the host, and mounts that show the owners of files by a mapping.
@Suite(.needsPrivateHost) struct UserNamespaceTests {
    private let fixture: ContainerFixture

    init() throws { fixture = try ContainerFixture() }

    private static let mapping = [RuntimeSpec.IDMapping(containerID: 0, hostID: 100_000, size: 65_536)]

    /// A container with a user namespace over an overlay of mapped layers.
    private func spec(_ script: String, idmap: Bool = true) throws -> RuntimeSpec {
        for name in ["writable/upper", "writable/work", "empty/rootfs"] { _ = try fixture.directory.makeDirectory(name) }
        #expect(chown(fixture.directory("writable/upper"), 100_000, 100_000) == 0)
        var spec = fixture.spec(script)
        spec.root = .init(path: fixture.directory("empty/rootfs"))
        spec.linux?.namespaces?.append(.init(.user))
        spec.linux?.uidMappings = Self.mapping
        spec.linux?.gidMappings = Self.mapping
        spec.mounts?.insert(
            .init(
                destination: "/",
                type: "overlay",
                source: "overlay",
                options: [
                    "lowerdir=\(fixture.rootfs)", "upperdir=\(fixture.directory("writable/upper"))",
                    "workdir=\(fixture.directory("writable/work"))",
                ] + (idmap ? ["idmap"] : [])
            ),
            at: 0
        )
        return spec
    }

    private func bind(_ name: String, _ options: [String]) -> RuntimeSpec.Mount {
        .init(destination: "/\(name)", type: "bind", source: fixture.directory(name), options: options)
    }

    private func owner(_ name: String) throws -> [UInt32] {
        let status = try FileSystem.status(fixture.directory(name))
        return [status.userID, status.groupID]
    }

    @Test func theLayersOfTheRootAreTheContainers() throws {
        // Nobody but the host's root can walk to the bundle.
        #expect(chmod(fixture.directory.path, 0o700) == 0)
        let outcome = try fixture.run(
            try spec("id -u; stat -c %u:%g /bin/busybox; echo made > /made; mknod /dev/x c 1 3 2> /dev/null || echo refused")
        )
        #expect(outcome.text == "0\n0:0\nrefused\n", "\(outcome)")
        #expect(try owner("writable/upper/made") == [100_000, 100_000])
        #expect(try owner("bundle/rootfs/bin/busybox") == [0, 0])
        #expect(try !MountTable.read().contains { $0.mountPoint.hasPrefix(fixture.directory.path) })
        #expect(try fixture.isGone() || fixture.runtime("delete", fixture.id).succeeded)
    }

    @Test func layersWithoutAMappingBelongToNobody() throws {
        let outcome = try fixture.run(try spec("stat -c %u:%g /bin/busybox; touch /bin/busybox 2> /dev/null || echo refused", idmap: false))
        #expect(outcome.text == "65534:65534\nrefused\n", "\(outcome)")
    }

    @Test func bindMountsAreMappedOneByOne() throws {
        for name in ["mapped", "plain"] {
            _ = try fixture.directory.makeDirectory(name)
            try fixture.directory.write("\(name)/file", "")
            #expect(chown(fixture.directory("\(name)/file"), 7, 8) == 0)
        }
        var spec = try spec("stat -c %u:%g /mapped/file /plain/file; touch /mapped/new; touch /plain/new 2> /dev/null || echo refused")
        spec.mounts?.append(contentsOf: [bind("mapped", ["rbind", "idmap"]), bind("plain", ["rbind"])])
        let outcome = try fixture.run(spec)
        #expect(outcome.text == "7:8\n65534:65534\nrefused\n", "\(outcome)")
        #expect(try owner("mapped/new") == [0, 0])
    }

    @Test func aMountMayHaveMappingsOfItsOwn() throws {
        _ = try fixture.directory.makeDirectory("own")
        try fixture.directory.write("own/file", "")
        #expect(chown(fixture.directory("own/file"), 5, 5) == 0)
        let outcome = try fixture.run("stat -c %u:%g /own/file") { spec in
            var mount = bind("own", ["bind"])
            mount.uidMappings = [.init(containerID: 0, hostID: 2000, size: 10)]
            mount.gidMappings = [.init(containerID: 0, hostID: 3000, size: 10)]
            spec.mounts?.append(mount)
        }
        #expect(outcome.text == "2005:3005\n", "\(outcome)")
    }

    /// `ridmap` takes what is mounted below, `idmap` leaves it.
    @Test func mappingsReachBelow() async throws {
        let host = try await TestHost("ridmap")
        defer { host.close() }
        let folder = host.folder
        // Not a tmpfs: that takes mappings from Linux 6.3 on.
        let script = """
            mkdir -p \(folder)/outer/inner \(folder)/other && touch \(folder)/other/file
            mount --bind \(folder)/other \(folder)/outer/inner
            """
        try await host.run("/bin/sh", "-c", script).checked()
        for (option, expected) in [("ridmap", "0:0\n"), ("idmap", "65534:65534\n")] {
            var spec = try spec("stat -c %u:%g /outer/inner/file")
            spec.mounts?.append(
                .init(destination: "/outer", type: "bind", source: "\(folder)/outer", options: ["rbind", option])
            )
            try fixture.write(spec)
            let outcome = try await host.run(
                Command([TestBinaries.runtime, "--root", fixture.root, "run", "--bundle", fixture.bundle, fixture.id])
            )
            #expect(outcome.text == expected, "\(option): \(outcome)")
        }
    }

    @Test func aFileSystemWithoutMappingsIsNamed() throws {
        var spec = try spec("true")
        spec.mounts?.append(.init(destination: "/p", type: "bind", source: "/proc/sys", options: ["bind", "idmap"]))
        let outcome = try fixture.run(spec)
        #expect(outcome.errorText.contains("mount /proc/sys on /p: its file system takes no idmapped mounts"), "\(outcome)")
        let wrong: [(inout RuntimeSpec) -> Void] = [
            { $0.mounts?.append(.init(destination: "/t", type: "tmpfs", source: "t", options: ["idmap"])) },
            { $0.linux?.uidMappings = nil },
        ]
        for change in wrong {
            var spec = try self.spec("true")
            change(&spec)
            #expect(try !fixture.run(spec).succeeded)
        }
    }

    /// As the containers of a pod: all namespaces but the container's own by path, and their owner too.
    @Test func joinedNamespacesBelongToTheJoinedUsers() throws {
        let users = [IDRangeMapping(inside: 0, outside: 100_000, count: 65_536)]
        let range = users.map { "\($0.outside)" }.joined()
        let folder = fixture.directory("ns")
        let kinds = ["user", "net", "ipc", "uts"]
        try Command([TestBinaries.runtime, "pod-namespaces", folder, "pod-0", range, "65536"] + kinds).run().checked()
        defer { for kind in kinds { _ = umount2("\(folder)/\(kind)", Int32(MNT_DETACH)) } }
        func joined(_ script: String) throws -> RuntimeSpec {
            var spec = try spec(script)
            spec.hostname = nil
            spec.linux?.namespaces = [
                .init(.mount), .init(.pid), .init(.cgroup), .init(.user, path: "\(folder)/user"),
                .init(.network, path: "\(folder)/net"), .init(.ipc, path: "\(folder)/ipc"), .init(.uts, path: "\(folder)/uts"),
            ]
            spec.linux?.sysctl = ["net.ipv4.ip_unprivileged_port_start": "80", "kernel.shm_rmid_forced": "1"]
            spec.process?.capabilities = .init(bounding: ContainerDefaults.capabilities + ["CAP_NET_ADMIN"])
            return spec
        }
        let outcome = try fixture.run(
            try joined(
                "cat /proc/self/uid_map; hostname; cat /proc/sys/net/ipv4/ip_unprivileged_port_start; ls /sys/class/net; echo out > /dev/stdout"
            )
        )
        let lines = outcome.text.split(separator: "\n").map(String.init)
        #expect(lines.first?.split(separator: " ") == ["0", "100000", "65536"], "\(outcome)")
        #expect(Array(lines.dropFirst()) == ["pod-0", "80", "lo", "out"], "\(outcome)")
        _ = try fixture.runtime("delete", "--force", fixture.id)
        // A user that is not root writes to the streams that somebody gave it, in a process of its own as well.
        var staying = try joined("exec sleep 1000")
        staying.process?.user = .init(uid: 7, gid: 8)
        try fixture.start(staying)
        let exec = try fixture.runtime(
            "exec", "--user", "7:8", fixture.id, "sh", "-c", "id -u; echo out > /dev/stdout; cat /proc/1/comm"
        )
        #expect(exec.text == "7\nout\nsleep\n", "\(exec)")
    }

    @Test func aContainerIsCreatedAndStarted() throws {
        try fixture.write(try spec("exec sleep 1000"))
        try Command(
            "/bin/sh", "-c", "exec \"$@\" >/dev/null 2>&1 </dev/null", "sh", TestBinaries.runtime, "--root", fixture.root,
            "create", "--bundle", fixture.bundle, fixture.id
        ).run().checked()
        try fixture.runtime("start", fixture.id).checked()
        let pid = try #require(try fixture.state()["pid"]?.integerValue)
        #expect(try FileSystem.readText("/proc/\(pid)/uid_map").split(separator: " ").map(String.init) == ["0", "100000", "65536"])
        try fixture.runtime("delete", "--force", fixture.id).checked()
        #expect(try fixture.isGone())
    }
}
