import Linux
import Synchronization
import Testing
import Usage
import UsageSpec

/// A machine whose groups use as much as the test says.
private final class FakeMachine: UsageReading {
    private struct State {
        var groups: [String: Int64] = [:]
        var looks = 0
        var walks = 0
    }

    private let state = Mutex(State())

    var looks: Int { state.withLock(\.looks) }
    var walks: Int { state.withLock(\.walks) }

    func set(_ path: String, nanoseconds: Int64?) { state.withLock { $0.groups[path] = nanoseconds } }

    func group(_ path: String) -> GroupUsage? {
        state.withLock { state in
            state.looks += 1
            guard let total = state.groups[path] else { return nil }
            state.groups[path] = total + 1_000_000
            var usage = GroupUsage()
            usage.cpu = .init(usageNanoseconds: total)
            return usage
        }
    }

    func disk(_ folder: String) -> FolderUsage? {
        state.withLock { $0.walks += 1 }
        return folder == "/there" ? FolderUsage(usedBytes: 5, usedInodes: 1) : nil
    }
}

@Suite struct UsageMeterTests {
    @Test func theFirstAnswerHasARateIfItIsWanted() async throws {
        let machine = FakeMachine()
        machine.set("/a", nanoseconds: 1000)
        let meter = UsageMeter(machine)
        #expect(await meter.group("/a", withRate: false)?.value.cpu?.nanocores == nil)
        #expect(machine.looks == 1)
        let found = try #require(await meter.group("/a")?.value.cpu)
        #expect(machine.looks == 2)
        // A millisecond in a quarter of a second or more is 4 thousandths of a processor at the most.
        #expect((1...4_000_000).contains(try #require(found.nanocores)))
    }

    @Test func whatIsFreshServesEverybody() async throws {
        let machine = FakeMachine()
        machine.set("/a", nanoseconds: 1000)
        let meter = UsageMeter(machine)
        _ = await meter.group("/a", withRate: false)
        for _ in 0..<10 { _ = await meter.group("/a", withRate: false) }
        // The machine may be slow, and then a second has passed.
        #expect(machine.looks < 11)
    }

    @Test func whatIsNotThereIsLeftOut() async {
        let machine = FakeMachine()
        machine.set("/a", nanoseconds: 0)
        let meter = UsageMeter(machine)
        let found = await meter.groups(["/a", "/b"], withRates: false)
        #expect(found.keys.sorted() == ["/a"])
        #expect(await meter.group("/b") == nil)
    }

    @Test func aWalkIsNotRepeatedAtOnce() async {
        let machine = FakeMachine()
        let meter = UsageMeter(machine)
        #expect(await meter.disk("/there")?.value == FolderUsage(usedBytes: 5, usedInodes: 1))
        #expect(await meter.disk("/gone") == nil)
        _ = await meter.disk("/there")
        #expect(machine.walks == 2)
    }

    @Test func theMachineItself() async throws {
        let node = try #require(await UsageMeter(FakeMachine()).node())
        #expect((node.usage.cpu?.usageNanoseconds ?? 0) > 0)
        #expect(node.usage.cpu?.nanocores != nil)
        let memory = try #require(node.usage.memory)
        #expect(memory.workingSetBytes > 0 && memory.workingSetBytes <= memory.usageBytes)
        #expect((node.usage.processes?.count ?? 0) > 0)
        #expect(node.bootTime < node.time)
    }

    @Test func theNetworkOfAProcessThatThereIsNot() async {
        let meter = UsageMeter(FakeMachine())
        #expect(await meter.network(of: .max) == nil)
        #expect(await meter.network(of: 1) != nil)
    }
}

@Suite struct GroupSampleTests {
    private func usage(_ nanoseconds: Int64) -> GroupUsage {
        var usage = GroupUsage()
        usage.cpu = .init(usageNanoseconds: nanoseconds)
        return usage
    }

    @Test func theRateIsThatOfTheTimeBetween() {
        var sample = GroupSample(usage(1000), at: .now, uptime: Monotonic(nanoseconds: 0))
        #expect(!sample.hasRate)
        sample.take(usage(1_000_001_000), at: .now, uptime: Monotonic(nanoseconds: 2_000_000_000))
        #expect(sample.latest.value.cpu?.nanocores == 500_000_000)
    }

    @Test func aCounterThatWentBackIsOfAnotherGroup() {
        var sample = GroupSample(usage(1000), at: .now, uptime: Monotonic(nanoseconds: 0))
        sample.take(usage(10), at: .now, uptime: Monotonic(nanoseconds: 1_000_000_000))
        #expect(sample.latest.value.cpu?.nanocores == nil)
        #expect(sample.latest.value.cpu?.usageNanoseconds == 10)
    }
}

@Suite struct UsageTextTests {
    @Test func interfaces() throws {
        let text = """
            Inter-|   Receive                                                |  Transmit
             face |bytes    packets errs drop fifo frame compressed multicast|bytes    packets errs drop fifo colls carrier compressed
                lo:    5000      10    0    0    0     0          0         0     5000      10    0    0    0     0       0          0
              eth0:123456789 1000    1    2    0     0          0         3      99      98    7    8    0     0       0          0

            """
        let found = InterfaceUsage.parse(text)
        #expect(found == [
            InterfaceUsage(
                name: "eth0",
                received: .init(bytes: 123_456_789, packets: 1000, errors: 1, dropped: 2),
                transmitted: .init(bytes: 99, packets: 98, errors: 7, dropped: 8)
            )
        ])
        #expect(InterfaceUsage.parse("").isEmpty)
    }

    @Test func processorsOfTheMachine() {
        let cpu = NodeText.processors("cpu  10 20 30 40 50 6 7 8 9 10\ncpu0 1 1\nbtime 77\n", ticksPerSecond: 100)
        #expect(cpu?.userNanoseconds == 300_000_000)
        #expect(cpu?.systemNanoseconds == 430_000_000)
        #expect(cpu?.usageNanoseconds == 730_000_000)
        #expect(NodeText.processors("cpu", ticksPerSecond: 100) == nil)
        #expect(NodeText.bootSeconds("cpu 1\nbtime 77\n") == 77)
    }

    @Test func memoryOfTheMachine() {
        let memory = NodeText.memory(
            "MemTotal: 1000 kB\nMemFree: 400 kB\nInactive(file): 100 kB\nAnonPages: 50 kB\nSwapTotal: 8 kB\nSwapFree: 3 kB\n",
            events: "pgfault 12\npgmajfault 3\noom_kill 1\n"
        )
        #expect(memory?.usageBytes == 614_400)
        #expect(memory?.workingSetBytes == 512_000)
        #expect(memory?.availableBytes == 512_000)
        #expect(memory?.swapBytes == 5120)
        #expect(memory?.pageFaults == 12 && memory?.oomKills == 1)
        #expect(NodeText.memory("", events: "") == nil)
        #expect(NodeText.threads("0.20 0.18 0.12 1/80 11206", limit: "500") == .init(count: 80, limit: 500))
    }
}
