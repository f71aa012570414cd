import Linux
import Testing
import UsageSpec

/// What the kernel's files say, on both versions.
@Suite struct CgroupUsageTests {
    private func make(_ controllers: [String], isUnified: Bool, _ files: [String: String]) throws -> FakeHierarchy {
        let fake = try FakeHierarchy(controllers: controllers, isUnified: isUnified, files: [])
        for (name, text) in files { try fake.directory.write("group/\(name)", text) }
        return fake
    }

    @Test func versionTwo() throws {
        let fake = try make(["cpu", "memory", "pids", "io"], isUnified: true, [
            "cpu.stat": "usage_usec 1500\nuser_usec 1000\nsystem_usec 500\nnr_periods 7\nnr_throttled 3\nthrottled_usec 42\n",
            "memory.current": "1000000\n", "memory.max": "max\n", "memory.swap.current": "4096\n",
            "memory.stat": "anon 300\nfile 600\ninactive_file 400\npgfault 11\npgmajfault 2\n",
            "memory.events": "low 0\noom 1\noom_kill 5\n",
            "pids.current": "4\n", "pids.max": "32\n",
            "io.stat": "8:0 rbytes=1 wbytes=2 rios=3 wios=4 dbytes=0 dios=0\n7:1 \n",
            "cpu.pressure": "some avg10=1.50 avg60=0.25 avg300=0.00 total=77\nfull avg10=0.00 avg60=0.00 avg300=0.00 total=6\n",
        ])
        let usage = fake.cgroup.usage()
        #expect(usage.cpu?.usageNanoseconds == 1_500_000)
        #expect(usage.cpu?.throttledPeriods == 3)
        #expect(usage.cpu?.throttledNanoseconds == 42000)
        #expect(usage.cpu?.nanocores == nil)
        let memory = try #require(usage.memory)
        #expect((memory.usageBytes, memory.workingSetBytes) == (1_000_000, 999_600))
        #expect(memory.rssBytes == 300 && memory.cacheBytes == 600 && memory.swapBytes == 4096)
        #expect(memory.pageFaults == 11 && memory.majorPageFaults == 2 && memory.oomKills == 5)
        #expect(memory.limitBytes == nil && memory.availableBytes == nil)
        #expect(usage.processes == .init(count: 4, limit: 32))
        var device = GroupUsage.Device(device: "8:0")
        (device.readBytes, device.writeBytes, device.reads, device.writes) = (1, 2, 3, 4)
        #expect(usage.devices == [device])
        #expect(usage.pressure?.cpu?.some?.average10 == 1.5 && usage.pressure?.cpu?.full?.totalMicroseconds == 6)
        #expect(usage.pressure?.memory == nil)
    }

    @Test func versionOne() throws {
        let fake = try make(["cpu", "cpuacct", "memory", "pids", "blkio"], isUnified: false, [
            "cpuacct.usage": "1500000\n", "cpuacct.usage_user": "1000000\n", "cpuacct.usage_sys": "500000\n",
            "cpu.stat": "nr_periods 7\nnr_throttled 3\nthrottled_time 42000\n",
            "memory.usage_in_bytes": "1000000\n", "memory.limit_in_bytes": "2000000\n",
            // Without `total_` they are those of the group alone.
            "memory.stat": "rss 1\ninactive_file 1\ntotal_rss 300\ntotal_cache 600\ntotal_inactive_file 400\ntotal_pgfault 11\n",
            "memory.oom_control": "oom_kill_disable 0\nunder_oom 0\noom_kill 5\n",
            "pids.current": "4\n", "pids.max": "max\n",
            "blkio.throttle.io_service_bytes_recursive": "8:0 Read 1\n8:0 Write 2\n8:0 Total 3\nTotal 3\n",
            "blkio.throttle.io_serviced_recursive": "8:0 Read 3\n8:0 Write 4\nTotal 7\n",
        ])
        let usage = fake.cgroup.usage()
        #expect(usage.cpu?.usageNanoseconds == 1_500_000 && usage.cpu?.userNanoseconds == 1_000_000)
        #expect(usage.cpu?.throttledNanoseconds == 42000)
        let memory = try #require(usage.memory)
        #expect((memory.workingSetBytes, memory.rssBytes) == (999_600, 300))
        #expect(memory.availableBytes == 1_000_400)
        #expect(memory.oomKills == 5)
        #expect(usage.processes == .init(count: 4))
        #expect(usage.devices?.first?.writes == 4 && usage.devices?.first?.readBytes == 1)
        #expect(usage.pressure == nil)
    }

    @Test func noLimitOfVersionOneIsNone() throws {
        let fake = try make(["memory"], isUnified: false, [
            "memory.usage_in_bytes": "10\n", "memory.stat": "total_rss 3\n",
            "memory.limit_in_bytes": "9223372036854771712\n",
        ])
        #expect(fake.cgroup.usage().memory?.limitBytes == nil)
        #expect(fake.cgroup.usage().memory?.workingSetBytes == 10)
    }

    @Test func aGroupThatHasGoneHasUsedNothingThatIsKnown() throws {
        let fake = try make(["cpu", "cpuacct", "memory", "pids", "blkio"], isUnified: false, [:])
        #expect(fake.cgroup.usage() == GroupUsage())
    }
}
