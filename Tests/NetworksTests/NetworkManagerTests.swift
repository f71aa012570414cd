import Firewall
import Glibc
import JSONCoding
import Linux
import Netlink
import NetworkSpec
import Networks
import TestSupport
import Testing

@Suite("The manager", .needsPrivateHost, .awayFromPool) struct NetworkManagerTests {
    private let web = PortMapping(hostPort: 8080, containerPort: 80)

    @Test("Nothing is left when the last pod goes; set-up and tear-down can be repeated") func nothingLeft()
        async throws
    {
        let node = try await PrivateNode()
        try await node.onHost { _ = try Command("nft", "add", "table", "inet", "other").run().checked() }
        let before = try await node.snapshot()
        let first = try await node.addPod("a", ports: [web])
        #expect(try await node.manager.setUp(node.attachment("a", ports: [web])) == first)
        #expect(try await node.manager.status(podUID: "a") == first)
        _ = try await node.addPod("b")
        #expect(try await node.snapshot() != before)
        try await node.removePod("a")
        try await node.manager.tearDown(podUID: "a")
        #expect(try await node.manager.status(podUID: "a") == nil)
        // The namespace is gone before the pod is disconnected.
        try await node.removeNamespaces("b")
        try await node.manager.tearDown(podUID: "b")
        #expect(try await node.snapshot() == before)
        #expect(try await node.stateFiles() == [])
        try await node.removeNamespaces("b")
    }

    @Test("Addresses are given out in turn, and all are found again after a restart") func addresses() async throws {
        let node = try await PrivateNode(definitions: [
            "podnet.json": """
            {"name":"podnet","driver":"bridge","network_interface":"br0",
             "subnets":[{"subnet":"10.9.0.0/29","lease_range":{"start_ip":"10.9.0.2","end_ip":"10.9.0.4"}}]}
            """
        ])
        var given: [String] = []
        for uid in ["a", "b", "c"] {
            given.append(try #require(try await node.addPod(uid).addresses.first).address.description)
        }
        #expect(given == ["10.9.0.2", "10.9.0.3", "10.9.0.4"])
        let error = await #expect(throws: NetworkError.self) { try await node.addPod("d") }
        guard case .addressesExhausted(network: "podnet", _) = try #require(error) else {
            Issue.record("\(String(describing: error))")
            return
        }
        try await node.removePod("b")
        let again = try await node.restartedManager()
        let status = try await again.setUp(node.attachment("d"))
        #expect(status.addresses.first?.address.description == "10.9.0.3")
        #expect(try await again.status(podUID: "a")?.addresses.first?.address.description == "10.9.0.2")
        try await again.removeAll()
    }

    @Test("Where a range is used up, leases of pods that are gone are found, and no others") func staleLeases() async throws {
        let node = try await PrivateNode(definitions: [
            "podnet.json": """
            {"name":"podnet","driver":"bridge","network_interface":"br0",
             "subnets":[{"subnet":"10.9.0.0/29","lease_range":{"start_ip":"10.9.0.2","end_ip":"10.9.0.5"}}]}
            """
        ])
        for uid in ["a", "b", "c"] { _ = try await node.addPod(uid) }
        // One without a record.
        try node.directory.write("state/leases/podnet/10.9.0.5", "ghost")
        #expect(try await node.addPod("d").addresses.first?.address.description == "10.9.0.5")
        await #expect(throws: NetworkError.self) { try await node.addPod("e") }
        // A namespace that went without a word, and the interface with it.
        try await node.removeNamespaces("b")
        try await node.onHost {
            // The kernel takes the pair down a moment after the namespace.
            let end = Deadline(in: .seconds(20))
            while try NetlinkSocket(.route).links().filter({ $0.kind == "veth" && $0.name.hasPrefix("swl") }).count > 3 {
                if end.hasPassed { throw SystemError(call: "wait", errno: ETIMEDOUT, subject: "veth") }
            }
        }
        #expect(try await node.manager.setUp(node.attachment("e")).addresses.first?.address.description == "10.9.0.3")
        #expect(try await node.manager.status(podUID: "b") == nil)
        #expect(try await node.manager.status(podUID: "a") != nil)
        try await node.manager.removeAll()
        #expect(try await node.stateFiles() == [])
    }

    @Test("A network with IPv6 and without a subnet of it gets a unique local one, the same each time") func localSubnet() async throws {
        let node = try await PrivateNode(definitions: [
            "podnet.json": #"{"name":"podnet","driver":"bridge","ipv6_enabled":true,"subnets":[{"subnet":"10.9.0.0/24"}]}"#
        ])
        let first = try await node.addPod("a")
        #expect(first.addresses.count == 2 && first.addresses[1].length == 64 && "\(first.addresses[1])".hasPrefix("fd"))
        #expect(first.gateways.count == 2)
        try await node.removePod("a")
        try await node.makeNamespaces("b")
        let second = try await node.restartedManager().setUp(node.attachment("b"))
        #expect(second.addresses[1].network == first.addresses[1].network)
    }

    @Test("A host port that is taken: by a pod, by a process; both are named") func portConflicts() async throws {
        let node = try await PrivateNode()
        _ = try await node.addPod("first", ports: [web])
        let pod = await #expect(throws: NetworkError.self) { try await node.addPod("second", ports: [web]) }
        #expect("\(try #require(pod))" == "host port 8080/tcp is taken by pod default/first")
        #expect(try await node.stateFiles().filter { $0.contains("second") } == [])
        // UDP has ports of its own; another address does not help against a mapping for all.
        _ = try await node.addPod("udp", ports: [PortMapping(.udp, hostPort: 8080, containerPort: 80)])
        await #expect(throws: NetworkError.self) {
            try await node.addPod(
                "third",
                ports: [PortMapping(hostIP: IPAddress("127.0.0.1"), hostPort: 8080, containerPort: 80)]
            )
        }
        let listener = try await node.onHost { try TestSocket.listener(port: 9090, address: "127.0.0.1") }
        let process = await #expect(throws: NetworkError.self) {
            try await node.addPod("fourth", ports: [PortMapping(hostPort: 9090, containerPort: 80)])
        }
        let message = "\(try #require(process))"
        #expect(message.hasPrefix("host port 9090/tcp is taken by process \(getpid()) ("))
        withExtendedLifetime(listener) {}
        // Held: no process gets the port of a pod, and it is free with the pod's end.
        await #expect(throws: SystemError.self) { try await node.onHost { try TestSocket.listener(port: 8080) } }
        let again = try await node.restartedManager()
        _ = try await again.status(podUID: "first")
        try await node.manager.tearDown(podUID: "first")
        try await again.tearDown(podUID: "first")
        _ = try await node.onHost { try TestSocket.listener(port: 8080) }
        let missing = await #expect(throws: NetworkError.self) {
            try await node.addPod(
                "fifth",
                ports: [PortMapping(hostIP: IPAddress("203.0.113.1"), hostPort: 1, containerPort: 80)]
            )
        }
        #expect("\(try #require(missing))".contains("203.0.113.1"))
        try await again.removeAll()
    }

    @Test("A network whose record somebody has deleted is known again by its pods, and leaves nothing") func lostRecord() async throws {
        let node = try await PrivateNode()
        let before = try await node.snapshot()
        try await node.makeNamespaces("a")
        try await node.makeNamespaces("b")
        let first = try await node.restartedManager().setUp(node.attachment("a", ports: [web]))
        try FileSystem.removeFile(node.directory("state/networks/podnet.json"))
        let again = try await node.restartedManager()
        _ = try await again.status(podUID: "a")
        #expect(FileSystem.exists(node.directory("state/networks/podnet.json")))
        let second = try await again.setUp(node.attachment("b"))
        #expect(second.network == first.network && second.gateways == first.gateways)
        for uid in ["a", "b"] {
            try await again.tearDown(podUID: uid)
            try await node.removeNamespaces(uid)
        }
        #expect(try await node.snapshot() == before)
    }

    @Test("What a kill -9 leaves after any step is completed by set-up and removed by retain", arguments: 0...6)
    func crash(steps: Int) async throws {
        let node = try await PrivateNode()
        let before = try await node.snapshot()
        let ports = [web, PortMapping(.udp, hostPort: 53, containerPort: 53)]
        try await node.makeNamespaces("a")
        // A manager that ends here, and lets go of its sockets as a killed process does.
        let whole = try await node.restartedManager().setUp(node.attachment("a", ports: ports))
        // Takes back all that comes after a number of steps: mark, elements, link, bridge, table, leases, record.
        let state = node.directory("state")
        let record = "\(state)/pods/a.json"
        let text = String(decoding: try FileSystem.read(record), as: UTF8.self)
        try await node.onHost {
            func nft(_ line: String) throws {
                try Command(["nft"] + line.split(separator: " ").map(String.init)).run().checked()
            }
            if steps < 7 {
                try FileSystem.write(
                    record,
                    Array(text.replacing("\"isComplete\":true", with: "\"isComplete\":false").utf8)
                )
            }
            if steps < 6 { try nft("flush map inet swiftlet ports4") }
            if steps < 5 {
                let socket = try NetlinkSocket(.route)
                for link in try socket.links() where link.kind == "veth" && link.name.hasPrefix("swl") {
                    try socket.deleteLink(link.index)
                }
            }
            if steps < 4 { try PrivateNode.ip("link del swiftlet0") }
            if steps < 3 { try nft("delete table inet swiftlet") }
            if steps < 2 { try FileSystem.removeTree("\(state)/leases/podnet") }
            if steps < 1 { try FileSystem.removeFile(record) }
        }
        let again = try await node.restartedManager()
        #expect(try await again.status(podUID: "a") == nil)
        if steps % 2 == 0 {
            let status = try await again.setUp(node.attachment("a", ports: [web]))
            #expect(status.network == whole.network && status.addresses.count == 1)
            let server = try await node.inPod("a") { try TestSocket.listener(port: 80) }
            let client = try await node.onHost { try TestSocket.connection(to: "127.0.0.1", port: 8080) }
            _ = try server.accept()
            withExtendedLifetime(client) {}
        }
        try await again.retain(only: ["someone else"])
        #expect(try await node.snapshot() == before)
        #expect(try await node.stateFiles() == [])
    }

    @Test("What has no record is collected: interfaces, leases and elements of pods that are not") func strays()
        async throws
    {
        let node = try await PrivateNode()
        _ = try await node.addPod("kept", ports: [web])
        _ = try await node.addPod("lost", ports: [PortMapping(hostPort: 8081, containerPort: 80)])
        try FileSystem.removeFile(node.directory("state/pods/lost.json"))
        let again = try await node.restartedManager()
        try await again.retain(only: ["kept"])
        #expect(try await again.status(podUID: "kept") != nil)
        #expect(try await node.stateFiles().sorted() == ["kept.json", "podnet.json", "podnet/10.91.0.2"])
        let left = try await node.onHost {
            (
                try NetlinkSocket(.route).links().filter { $0.name.hasPrefix("swl") }.count,
                try Firewall().elements().map(\.owner).sorted()
            )
        }
        #expect(left.0 == 1)
        #expect(left.1 == ["kept", "network podnet", "network podnet", "network podnet"])
        try await again.removeAll()
    }

    @Test("A lease that somebody deleted is the living pod's again: its address is nobody else's") func deletedLease() async throws {
        let node = try await PrivateNode()
        _ = try await node.addPod("a", ports: [])
        try FileSystem.removeFile(node.directory("state/leases/podnet/10.91.0.2"))
        let again = try await node.restartedManager()
        try await again.retain(only: ["a"])
        #expect(try await node.stateFiles().contains("podnet/10.91.0.2"))
        try await again.removeAll()
        #expect(try await node.stateFiles() == [])
    }

    @Test("A ruleset that somebody flushed, and a bridge that somebody removed, are made again with the next pod")
    func repair() async throws {
        let node = try await PrivateNode()
        _ = try await node.addPod("a", ports: [web])
        try await node.onHost { _ = try Command("nft", "flush", "ruleset").run().checked() }
        _ = try await node.addPod("b", ports: [PortMapping(hostPort: 8081, containerPort: 80)])
        let server = try await node.inPod("a") { try TestSocket.listener(port: 80) }
        let client = try await node.onHost { try TestSocket.connection(to: "127.0.0.1", port: 8080) }
        _ = try server.accept()
        withExtendedLifetime(client) {}
        try await node.onHost { try PrivateNode.ip("link del swiftlet0") }
        _ = try await node.addPod("c")
        try await node.manager.removeAll()
    }

    @Test("A subnet that the host uses is refused, a bridge that was there stays, and a strange interface is named")
    func foreign() async throws {
        let node = try await PrivateNode(definitions: [
            "a.json": #"{"name":"clash","driver":"bridge","subnets":[{"subnet":"192.0.0.0/16"}]}"#,
            "b.json":
                #"{"name":"mine","driver":"bridge","network_interface":"own0","subnets":[{"subnet":"10.5.0.0/24"}]}"#,
            "c.json":
                #"{"name":"odd","driver":"bridge","network_interface":"uplink","subnets":[{"subnet":"10.6.0.0/24"}]}"#,
        ])
        try await node.onHost { try PrivateNode.ip("link add own0 type bridge") }
        let before = try await node.snapshot()
        let clash = await #expect(throws: NetworkError.self) { try await node.addPod("x", network: "clash") }
        #expect("\(try #require(clash))".contains("192.0.2.0/24"))
        let odd = await #expect(throws: NetworkError.self) { try await node.addPod("y", network: "odd") }
        #expect("\(try #require(odd))".contains("uplink"))
        let unknown = await #expect(throws: NetworkError.self) { try await node.addPod("z", network: "nowhere") }
        #expect("\(try #require(unknown))".contains("nowhere"))
        _ = try await node.addPod("m", network: "mine")
        try await node.removePod("m")
        #expect(try await node.snapshot() == before)
        #expect(try await node.stateFiles() == [])
    }

    @Test("Coming and going a hundred times leaves no descriptor and no address behind") func churn() async throws {
        let node = try await PrivateNode()
        _ = try await node.addPod("stays")
        try await node.makeNamespaces("p")
        /// The manager's descriptors: netlink sockets and held ports. Other tests have theirs in this process too, so
        /// only those in this node's namespace are counted.
        func sockets() async throws -> Int {
            try await node.onHost {
                try FileSystem.readText("/proc/thread-self/net/netlink").split(separator: "\n").count
            }
        }
        let before = try await sockets()
        for index in 0..<100 {
            let mapping = PortMapping(.udp, hostPort: 1000 + UInt16(index % 2), containerPort: 80)
            _ = try await node.manager.setUp(node.attachment("p", ports: [mapping]))
            try await node.manager.tearDown(podUID: "p")
        }
        #expect(try await sockets() == before)
        #expect(try await node.stateFiles().sorted() == ["podnet.json", "podnet/10.91.0.2", "stays.json"])
        try await node.manager.removeAll()
        #expect(try await node.stateFiles() == [])
    }

    @Test("Fifty pods come at once and go at once") func burst() async throws {
        let node = try await PrivateNode()
        let before = try await node.snapshot()
        let uids = (0..<50).map { "p\($0)" }
        for uid in uids { try await node.makeNamespaces(uid) }
        let clock = ContinuousClock()
        let start = clock.now
        try await withThrowingTaskGroup(of: PodNetworkStatus.self) { group in
            for (index, uid) in uids.enumerated() {
                let mapping = PortMapping(hostPort: 10_000 + UInt16(index), containerPort: 80)
                group.addTask { try await node.manager.setUp(node.attachment(uid, ports: [mapping])) }
            }
            var addresses: Set<IPPrefix> = []
            for try await status in group { addresses.formUnion(status.addresses) }
            #expect(addresses.count == 50)
        }
        let middle = clock.now
        try await withThrowingTaskGroup(of: Void.self) { group in
            for uid in uids { group.addTask { try await node.manager.tearDown(podUID: uid) } }
            try await group.waitForAll()
        }
        print("50 pods at once: set-up \(middle - start), tear-down \(clock.now - middle)")
        #expect(try await node.snapshot() == before)
        #expect(try await node.stateFiles() == [])
    }

    @Test("The rules are the same with 100 pods as with one") func rules() async throws {
        let node = try await PrivateNode()
        func rules() async throws -> Int {
            let text = try await node.onHost { try Command("nft", "-j", "list", "table", "inet", "swiftlet").run().checked().output }
            return try JSON.parse(text)["nftables"]?.arrayValue?.filter { $0["rule"] != nil }.count ?? 0
        }
        _ = try await node.addPod("first", ports: [PortMapping(hostPort: 9999, containerPort: 80)])
        let alone = try await rules()
        #expect(alone > 0)
        for index in 1..<100 {
            _ = try await node.addPod(
                "p\(index)",
                ports: [PortMapping(hostPort: 10_000 + UInt16(index), containerPort: 80)]
            )
        }
        // What a packet costs, and a set-up: only elements of sets and maps are more.
        #expect(try await rules() == alone)
        try await node.manager.removeAll()
    }
}
