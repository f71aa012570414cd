import Linux
import PodEngine
import Testing

/// When something has to go, by figures and a clock that the tests bring.
struct EvictionMachineTests {
    private static let mebibyte: Int64 = 1 << 20

    private func moment(_ seconds: Int64) -> Monotonic { Monotonic(nanoseconds: seconds * 1_000_000_000) }

    private func memory(_ mebibytes: Int64) -> [EvictionSignal: EvictionObservation] {
        [.memoryAvailable: EvictionObservation(available: mebibytes << 20, capacity: 1000 << 20)]
    }

    @Test func `a hard threshold counts at once, and its condition stays for the transition period`() {
        var machine = EvictionMachine(EvictionPolicy())
        #expect(machine.observe(memory(100), at: moment(0)).isEmpty && machine.conditions.isEmpty)
        let demand = machine.observe(memory(99), at: moment(10)).first
        #expect(demand?.signal == .memoryAvailable && demand?.threshold == 100 << 20 && demand?.softGrace == nil)
        #expect(machine.conditions == [.memoryPressure])
        #expect(machine.observe(memory(500), at: moment(20)).isEmpty)
        #expect(machine.conditions == [.memoryPressure])
        #expect(machine.observe(memory(500), at: moment(309)).isEmpty && machine.conditions == [.memoryPressure])
        #expect(machine.observe(memory(500), at: moment(310)).isEmpty && machine.conditions.isEmpty)
    }

    @Test func `a soft threshold has to be crossed for its grace period without a break`() {
        var policy = EvictionPolicy()
        policy.hard = [:]
        policy.soft[.memoryAvailable] = .init(.fraction(0.2), gracePeriod: .seconds(60))
        policy.longestGracePeriod = .seconds(7)
        var machine = EvictionMachine(policy)
        #expect(machine.observe(memory(199), at: moment(0)).isEmpty)
        // The condition does not wait for the grace period.
        #expect(machine.conditions == [.memoryPressure])
        #expect(machine.observe(memory(200), at: moment(30)).isEmpty)
        #expect(machine.observe(memory(199), at: moment(40)).isEmpty)
        #expect(machine.observe(memory(199), at: moment(99)).isEmpty)
        #expect(machine.observe(memory(199), at: moment(100)).first?.softGrace == .seconds(7))
    }

    @Test func `what has been crossed is over with the minimum reclaim only`() {
        var policy = EvictionPolicy()
        policy.minimumReclaim[.memoryAvailable] = .quantity(50 << 20)
        var machine = EvictionMachine(policy)
        #expect(machine.observe(memory(120), at: moment(0)).isEmpty)
        let demand = machine.observe(memory(90), at: moment(10)).first
        #expect(machine.observe(memory(149), at: moment(20)).count == 1)
        #expect(demand.map { machine.isMet($0, by: EvictionObservation(available: 149 << 20, capacity: 1000 << 20)) } == false)
        #expect(machine.observe(memory(150), at: moment(30)).isEmpty)
        #expect(machine.observe(memory(149), at: moment(40)).isEmpty)
    }

    @Test func `memory comes before the disk, and hard thresholds before soft ones`() {
        var policy = EvictionPolicy()
        policy.hard = [.nodeStorageAvailable: .fraction(0.1), .processesAvailable: .quantity(100)]
        policy.soft = [.memoryAvailable: .init(.quantity(1 << 40), gracePeriod: .zero)]
        policy.hard[.nodeInodesFree] = .fraction(0.05)
        var machine = EvictionMachine(policy)
        let few = EvictionObservation(available: 1, capacity: 1000)
        let demands = machine.observe(
            [.memoryAvailable: few, .nodeStorageAvailable: few, .processesAvailable: few, .nodeInodesFree: few],
            at: moment(0)
        )
        #expect(demands.map(\.signal) == [.nodeStorageAvailable, .nodeInodesFree, .processesAvailable, .memoryAvailable])
        #expect(machine.conditions == [.memoryPressure, .diskPressure, .processPressure])
    }

    @Test(arguments: [
        ("100Mi", .quantity(100 << 20)), ("10%", .fraction(0.1)), ("0.5%", .fraction(0.005)), ("101%", nil), ("-1", nil),
        ("x", nil), ("%", nil),
    ] as [(String, EvictionPolicy.Amount?)])
    func `amounts are quantities or percents`(text: String, amount: EvictionPolicy.Amount?) {
        #expect(EvictionPolicy.Amount(text) == amount)
    }

    @Test func `figures of the kernel are read as the kubelet reads them`() {
        let meminfo = "MemTotal:       1000 kB\nMemFree:         200 kB\nMemAvailable: 700 kB\nInactive(file):  300 kB\n"
        #expect(MachineText.memory(meminfo) == EvictionObservation(available: 500 << 10, capacity: 1000 << 10))
        #expect(MachineText.memory("MemFree: 1 kB") == nil)
        #expect(
            MachineText.processes(load: "0.1 0.2 0.3 2/150 4711\n", limits: ["32768\n", "1000\n"])
                == EvictionObservation(available: 850, capacity: 1000)
        )
        #expect(MachineText.processes(load: "0.1", limits: ["1"]) == nil)
    }

    @Test func `the machine's own signals are there`() throws {
        let signals = try MachineSignals(nodeFolder: "/", imageFolder: "/").measure()
        for signal in [EvictionSignal.memoryAvailable, .nodeStorageAvailable, .imageStorageAvailable, .processesAvailable] {
            let observation = try #require(signals[signal])
            #expect(observation.available > 0 && observation.available <= observation.capacity)
        }
        #expect(throws: SystemError.self) { try MachineSignals(nodeFolder: "/nowhere", imageFolder: "/").measure() }
    }
}
