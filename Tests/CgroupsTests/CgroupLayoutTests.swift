import Cgroups
import Testing

@Suite struct CgroupLayoutTests {
    private func parse(_ mountinfo: String, _ membership: String, _ controllers: String = "") throws -> CgroupLayout {
        try CgroupLayout.parse(mountinfo: mountinfo, membership: membership) { _ in controllers }
    }

    @Test func findsVersion2() throws {
        let layout = try parse(
            "30 23 0:26 / /sys/fs/cgroup rw,nosuid - cgroup2 cgroup2 rw,nsdelegate\n22 1 8:1 / / rw - ext4 /dev/sda rw\n",
            "0::/user.slice/session.scope",
            "cpu memory pids"
        )
        #expect(layout.mode == .v2)
        #expect(layout.controllers == ["cpu", "memory", "pids"])
        #expect(layout.hierarchies.first?.ownPath == "/user.slice/session.scope")
        // Beside the caller's group: below it no controller could be had.
        let relative = try Cgroup(path: "one", in: layout)
        #expect(relative.unified?.path == "/sys/fs/cgroup/user.slice/one")
        #expect(try Cgroup(path: "/one", in: layout).unified?.path == "/sys/fs/cgroup/one")
    }

    @Test func findsVersion1WithSharedHierarchies() throws {
        let layout = try parse(
            """
            31 23 0:28 / /sys/fs/cgroup rw - tmpfs tmpfs rw,mode=755
            32 31 0:29 / /sys/fs/cgroup/cpu,cpuacct rw - cgroup cgroup rw,cpu,cpuacct
            33 31 0:30 / /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory
            34 31 0:31 / /sys/fs/cgroup/systemd rw - cgroup cgroup rw,xattr,name=systemd

            """,
            "3:cpu,cpuacct:/a\n2:memory:/b\n1:name=systemd:/c"
        )
        #expect(layout.mode == .v1)
        #expect(layout.hierarchies.map(\.controllers) == [["cpu", "cpuacct"], ["memory"], ["name=systemd"]])
        #expect(layout.hierarchies.map(\.ownPath) == ["/a", "/b", "/c"])
    }

    @Test func findsHybrid() throws {
        let layout = try parse(
            """
            33 31 0:30 / /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory
            41 31 0:38 / /sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw

            """,
            "4:memory:/\n0::/",
            "hugetlb"
        )
        #expect(layout.mode == .hybrid)
        let cgroup = try Cgroup(path: "/pods/one", in: layout)
        #expect(cgroup.unified?.path == "/sys/fs/cgroup/unified/pods/one")
        #expect(cgroup.directory(of: "memory")?.path == "/sys/fs/cgroup/memory/pods/one")
        #expect(cgroup.directory(of: "cpu") == nil)
    }

    @Test func countsFromTheRootOfAPartialMount() throws {
        let layout = try parse(
            "33 31 0:30 /docker/x /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory\n",
            "4:memory:/docker/x/inner"
        )
        #expect(layout.hierarchies.first?.ownPath == "/inner")
        let relative = try Cgroup(path: "one", in: layout)
        #expect(relative.directories.first?.path == "/sys/fs/cgroup/memory/inner/one")
    }

    @Test func refusesPathsThatLeave() throws {
        let layout = CgroupLayout(hierarchies: [.init(controllers: [], isUnified: true, mountPoint: "/c")])
        for path in ["/a/../../b", "..", "/", "", "a/./b", "a\0b"] {
            #expect(throws: CgroupError.self) { try Cgroup(path: path, in: layout) }
        }
    }

    @Test func aMachineWithoutCgroupsIsNamed() {
        #expect(throws: CgroupError.none) { try parse("22 1 8:1 / / rw - ext4 /dev/sda rw\n", "") }
    }

    /// What is mounted over and over, as in a container, is at its first place; what is mounted nowhere is left out.
    @Test func takesTheFirstMountOfEach() throws {
        let layout = try parse(
            """
            33 31 0:30 / /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory
            34 31 0:30 / /mnt/memory rw - cgroup cgroup rw,memory
            35 31 0:38 / /sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw
            36 31 0:38 / /mnt/unified rw - cgroup2 cgroup2 rw

            """,
            "5:rdma:/\n4:memory:/\n0::/"
        )
        #expect(layout.hierarchies.map(\.mountPoint) == ["/sys/fs/cgroup/memory", "/sys/fs/cgroup/unified"])
    }
}
