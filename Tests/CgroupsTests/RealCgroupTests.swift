import Cgroups
import Glibc
import Linux
import OCISpec
import TestSupport
import Testing

/// The kernel's own groups, under a name of this test's.
@Suite(.needsPrivateHost) struct RealCgroupTests {
    private let cgroup: Cgroup
    private let layout: CgroupLayout

    init() throws {
        layout = try CgroupLayout.detect()
        cgroup = try Cgroup(path: "/swiftlet-test-\(getpid())-\(UInt32.random(in: 0...UInt32.max))", in: layout)
    }

    /// A process in a group: it moves itself before it becomes the command.
    private func start(in cgroup: Cgroup, _ command: String) throws -> ProcessHandle {
        let moves = cgroup.directories.map { "echo 0 > \($0.path)/cgroup.procs; " }.joined()
        return try Command("/bin/sh", "-c", moves + "exec 3>&-; " + command).spawn([3: 2])
    }

    private func waitUntilInside(_ cgroup: Cgroup, _ pid: pid_t) throws {
        let deadline = Deadline(in: .seconds(10))
        while try !cgroup.processes().contains(pid), !deadline.hasPassed { sched_yield() }
    }

    @Test func limitsAreInForceAndTheGroupGoes() throws {
        var resources = Resources()
        if layout.controllers.contains("memory") {
            resources.memory = .init()
            resources.memory?.limit = 64 << 20
        }
        if layout.controllers.contains("pids") { resources.pids = .init(limit: 33) }
        try cgroup.create(resources: resources)
        defer { try? cgroup.removeTree() }
        #expect(cgroup.exists)
        if let pids = cgroup.directory(of: "pids") {
            #expect(try FileSystem.readText(pids.path + "/pids.max") == "33")
        }
        if cgroup.directory(of: "memory") != nil {
            #expect(cgroup.statistics().memoryLimitBytes == 64 << 20)
            #expect(cgroup.oomKillCount() == 0)
        }
        try cgroup.remove()
        #expect(!cgroup.exists)
        try cgroup.remove()
    }

    /// As a maker leaves it that was killed right after mkdir(2).
    @Test func anEmptyCpusetAboveIsFilledFirst() throws {
        guard let cpuset = cgroup.directory(of: "cpuset"), !cpuset.isUnified else { return }
        try FileSystem.makeDirectories(cpuset.path)
        defer { try? cgroup.removeTree() }
        #expect(try FileSystem.readText(cpuset.path + "/cpuset.cpus").isEmpty)
        let below = try Cgroup(path: cgroup.path + "/pod/container", in: layout)
        try below.create()
        let path = try #require(below.directory(of: "cpuset")).path
        #expect(try !FileSystem.readText(path + "/cpuset.cpus").isEmpty)
        #expect(try !FileSystem.readText(path + "/cpuset.mems").isEmpty)
    }

    @Test func everyProcessIsFoundFrozenAndKilled() throws {
        try cgroup.create()
        defer { try? cgroup.removeTree() }
        let process = try start(in: cgroup, "sleep 1000 & sleep 1000")
        try waitUntilInside(cgroup, process.pid)
        #expect(throws: CgroupError.self) { try cgroup.remove() }
        try cgroup.setFrozen(true)
        #expect(try cgroup.isFrozen())
        try cgroup.killAll()
        #expect(try process.wait() == .signaled(SIGKILL))
        try cgroup.remove()
        #expect(!cgroup.exists)
    }

    @Test func aTreeIsRemovedWithWhatRunsInIt() throws {
        try cgroup.create()
        let inner = try Cgroup(path: cgroup.path + "/inner/most", in: layout)
        try inner.create()
        let process = try start(in: inner, "exec sleep 1000")
        try waitUntilInside(inner, process.pid)
        let found = try cgroup.processes()
        #expect(found == [process.pid])
        try cgroup.removeTree()
        #expect(!cgroup.exists)
        #expect(try process.wait() == .signaled(SIGKILL))
    }

    @Test func devicesAreControlledOnVersion2() throws {
        guard let unified = layout.hierarchies.first(where: \.isUnified) else { return }
        let alone = CgroupLayout(hierarchies: [unified])
        let group = try Cgroup(path: cgroup.path, in: alone)
        var resources = Resources()
        resources.devices = [
            .init(allow: false, access: "rwm"), .init(allow: true, type: "c", major: 1, minor: 3, access: "rwm"),
            .init(allow: true, type: "c", major: 1, minor: 5, access: "r"),
        ]
        try group.create()
        defer { try? group.removeTree() }
        try group.apply(resources)
        let script = "(: > /dev/null) && (: < /dev/zero) && ! (: 2>/dev/null > /dev/zero) && ! (: < /dev/urandom)"
        let process = try start(in: group, script)
        #expect(try process.wait() == .exited(0))
    }
}
