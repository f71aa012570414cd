import Linux
import NetworkSpec
import Networks
import TestSupport
import Testing

/// Leases under several processes, which end or are killed.
@Suite("Leases of addresses") struct AddressLeaseTests {
    private let directory: TemporaryDirectory
    private let subnet: NetworkDefinition.Subnet

    init() throws {
        directory = try TemporaryDirectory("leases")
        _ = try directory.makeDirectory("marks")
        // The range of Tests/LeaseRound: eight addresses.
        subnet = NetworkDefinition.Subnet(
            try #require(IPPrefix("10.9.0.0/24")),
            leaseRange: .init(start: IPAddress("10.9.0.2"), end: IPAddress("10.9.0.9"))
        )
    }

    /// Runs processes at the same time, each to be killed after a time or, with nil, to end by itself after the last of those;
    /// how each ended, and how many rounds it did.
    private func run(_ milliseconds: [Int?]) throws -> [(status: String, rounds: Int)] {
        let lines = milliseconds.enumerated().map { index, time in
            let limit = time.map { "timeout -s KILL 0.\(String(1000 + $0).dropFirst())" } ?? ""
            let program = "\(limit) \(TestBinaries.leaseRound) leases marks p\(index)"
            return "(\(program) <&9 >out\(index) 2>&1; echo $? >status\(index)) & "
                + (time == nil ? "" : "killed+=($!); ")
        }
        // The input has nothing to read until those that are killed are gone.
        let script = "cd \(directory.path); rm -f stop; mkfifo stop; exec 9<>stop; killed=(); \(lines.joined())"
            + "[ ${#killed[@]} -gt 0 ] && wait ${killed[@]} || "
            + "timeout 10 bash -c 'until [ $(cat out* | wc -c) -gt 4000 ]; do :; done'; echo >&9; wait"
        try Command("bash", "-c", script).run().checked()
        return try milliseconds.indices.map {
            let output = try FileSystem.readText(directory("out\($0)"))
            if output.contains(where: { $0 != "." }) { Issue.record("\(output.drop { $0 == "." })") }
            return (try FileSystem.readText(directory("status\($0)")).filter { !$0.isWhitespace }, output.utf8.count)
        }
    }

    /// All that can be leased now, leased.
    private func takeAll(_ leases: inout AddressLeases) throws -> Int {
        var count = 0
        while let address = leases.free(in: subnet) {
            if try leases.lease(address, in: subnet.subnet, to: "last") { count += 1 }
        }
        return count
    }

    @Test("Four processes take and give back from one range: no address twice, none lost") func concurrent() throws {
        let ends = try run([nil, nil, nil, nil])
        #expect(ends.map(\.status) == ["0", "0", "0", "0"])
        #expect(ends.reduce(0) { $0 + $1.rounds } > 4000)
        #expect(try FileSystem.list(directory("leases")) == [])
        var leases = try AddressLeases(directory("leases"))
        #expect(try takeAll(&leases) == 8)
    }

    @Test("Killed at any moment beside others: no address twice; what the dead had is found, and only that")
    func killed() throws {
        for seed in 0..<12 {
            let times = (0..<3).map { 20 + (seed * 31 + $0 * 47) % 90 }
            let ends = try run(times + [nil])
            #expect(ends.map(\.status) == ["137", "137", "137", "0"], "\(times)")
            // Each that was killed has one address at most; the one that ended has none.
            let left = try FileSystem.list(directory("leases"))
            #expect(left.count <= 3, "\(left)")
            var leases = try AddressLeases(directory("leases"))
            let holders = try leases.holders()
            #expect(!holders.values.contains("p3"))
            if let kept = holders.first(where: { !$0.value.isEmpty }) {
                try leases.retain(only: [kept.value])
                #expect(try leases.holders() == holders.filter { $0.value == kept.value })
            }
            try leases.retain(only: [])
            #expect(try takeAll(&leases) == 8)
            #expect(leases.free(in: subnet) == nil)
            try leases.retain(only: [])
            for mark in try FileSystem.list(directory("marks")) { try FileSystem.removeFile(directory("marks/\(mark)")) }
        }
    }

    @Test("A lease that somebody deleted is given back with its pod, and made again for one that lives") func deleted() throws {
        var leases = try AddressLeases(directory("leases"))
        let free = leases.free(in: subnet)
        let address = try #require(free)
        #expect(try leases.lease(address, in: subnet.subnet, to: "a"))
        try FileSystem.removeFile(directory("leases/\(address)"))
        try leases.restore(address, to: "a")
        #expect(try leases.holders() == [address: "a"])
        try FileSystem.removeFile(directory("leases/\(address)"))
        try leases.release(address, of: "a")
        #expect(try takeAll(&leases) == 8)
    }

    @Test("A folder that another process has removed is made again") func removedFolder() throws {
        var leases = try AddressLeases(directory("leases"))
        var other = try AddressLeases(directory("leases"))
        try other.removeFolder()
        let free = leases.free(in: subnet)
        let address = try #require(free)
        #expect(try leases.lease(address, in: subnet.subnet, to: "a"))
        #expect(throws: SystemError.self) { try other.removeFolder() }
        #expect(try !other.lease(address, in: subnet.subnet, to: "b"))
    }
}
