import Cgroups
import Linux
import OCISpec
import Testing

@Suite struct LimitTests {
    @Test(arguments: [(2, "1"), (1024, "100"), (262_144, "10000"), (512, "59"), (1, "1"), (1_000_000, "10000")])
    func sharesBecomeAWeight(shares: UInt64, weight: String) throws {
        let fake = try FakeHierarchy(controllers: ["cpu"], isUnified: true, files: ["cpu.weight"])
        var resources = Resources()
        resources.cpu = .init()
        resources.cpu?.shares = shares
        try fake.cgroup.apply(resources)
        #expect(try fake.text("cpu.weight") == weight)
    }

    @Test func version2CountsSwapAlone() throws {
        let fake = try FakeHierarchy(
            controllers: ["memory", "pids", "cpu"],
            isUnified: true,
            files: ["memory.max", "memory.swap.max", "memory.low", "pids.max", "cpu.max"]
        )
        var resources = Resources()
        resources.memory = .init()
        resources.memory?.limit = 1000
        resources.memory?.swap = 1500
        resources.memory?.reservation = 10
        resources.pids = .init(limit: -1)
        resources.cpu = .init()
        resources.cpu?.quota = 50_000
        resources.cpu?.period = 100_000
        try fake.cgroup.apply(resources)
        #expect(try fake.text("memory.max") == "1000")
        #expect(try fake.text("memory.swap.max") == "500")
        #expect(try fake.text("memory.low") == "10")
        #expect(try fake.text("pids.max") == "max")
        #expect(try fake.text("cpu.max") == "50000 100000")
    }

    @Test func contradictionsAreRefused() throws {
        let fake = try FakeHierarchy(controllers: ["memory"], isUnified: true, files: ["memory.max"])
        var resources = Resources()
        resources.memory = .init()
        resources.memory?.swap = 5
        #expect(throws: CgroupError.self) { try fake.cgroup.apply(resources) }
        resources.memory?.limit = 10
        #expect(throws: CgroupError.self) { try fake.cgroup.apply(resources) }
    }

    @Test func unifiedFilesCannotLeaveTheGroup() throws {
        let fake = try FakeHierarchy(controllers: [], isUnified: true, files: ["memory.high"])
        var resources = Resources()
        resources.unified = ["memory.high": "5"]
        try fake.cgroup.apply(resources)
        #expect(try fake.text("memory.high") == "5")
        resources.unified = ["../cgroup.procs": "1"]
        #expect(throws: CgroupError.self) { try fake.cgroup.apply(resources) }
    }

    @Test func aMissingControllerIsNamed() throws {
        let fake = try FakeHierarchy(controllers: ["pids"], isUnified: false, files: ["pids.max"])
        var resources = Resources()
        resources.memory = .init()
        resources.memory?.limit = 1
        #expect(throws: CgroupError.noController("memory")) { try fake.cgroup.create(resources: resources) }
    }

    @Test func aFailureNamesFileAndValue() throws {
        let fake = try FakeHierarchy(controllers: ["pids"], isUnified: false, files: [])
        var resources = Resources()
        resources.pids = .init(limit: 7)
        do {
            try fake.cgroup.apply(resources)
            Issue.record("there is no file to write to")
        } catch {
            #expect(error.description.contains("/group/pids.max = 7"))
        }
    }

    @Test func version1TakesTheValuesAsTheyAre() throws {
        let fake = try FakeHierarchy(
            controllers: ["memory", "cpu", "cpuset"],
            isUnified: false,
            files: [
                "memory.limit_in_bytes", "memory.memsw.limit_in_bytes", "cpu.shares", "cpu.cfs_quota_us", "cpuset.cpus",
            ]
        )
        var resources = Resources()
        resources.memory = .init()
        resources.memory?.limit = 1000
        resources.memory?.swap = -1
        resources.cpu = .init()
        resources.cpu?.shares = 512
        resources.cpu?.quota = -1
        resources.cpu?.cpus = "0-1"
        try fake.cgroup.apply(resources)
        #expect(try fake.text("memory.limit_in_bytes") == "1000")
        #expect(try fake.text("memory.memsw.limit_in_bytes") == "-1")
        #expect(try fake.text("cpu.shares") == "512")
        #expect(try fake.text("cpu.cfs_quota_us") == "-1")
        #expect(try fake.text("cpuset.cpus") == "0-1")
    }

    @Test func withoutSwapAccountingThereIsAWarning() throws {
        let fake = try FakeHierarchy(controllers: ["memory"], isUnified: false, files: ["memory.limit_in_bytes"])
        var resources = Resources()
        resources.memory = .init()
        resources.memory?.limit = 1000
        resources.memory?.swap = 2000
        #expect(try fake.cgroup.apply(resources).count == 1)
    }
}
