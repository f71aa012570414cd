import Glibc
import Linux
import NetworkSpec
import Networks
import TestSupport
import Testing

@Suite("Networks beside a pod's own", .needsPrivateHost, .awayFromPool) struct AdditionalNetworkTests {
    private static let definitions = Dictionary(uniqueKeysWithValues: [("podnet", 100), ("back", 101), ("third", 102)].map { name, number in
        ("\(name).json", #"{"name":"\#(name)","driver":"bridge","network_interface":"br-\#(name)","subnets":[{"subnet":"10.\#(number).0.0/24"}]}"#)
    })

    private func addresses(_ node: PrivateNode, _ uid: String) async throws -> [String] {
        try await node.inPod(uid) {
            let text = try Command("ip", "-4", "-o", "address").run().checked().text
            return text.split(separator: "\n").map { $0.split(separator: " ") }.filter { $0[1] != "lo" }.map { "\($0[1]) \($0[3])" }.sorted()
        }
    }

    private func reaches(_ node: PrivateNode, _ from: String, _ address: String, _ server: TestSocket) async throws -> String? {
        do {
            let client = try await node.inPod(from) { try TestSocket.connection(to: address, port: 80) }
            defer { withExtendedLifetime(client) {} }
            return try server.accept().peer
        } catch let error as SystemError where error.call == "connect" {
            return nil
        }
    }

    @Test("A pod comes with several, joins and leaves while it runs, and nothing is left") func joining() async throws {
        let node = try await PrivateNode(definitions: Self.definitions)
        let before = try await node.snapshot()
        try await node.makeNamespaces("web")
        var attachment = node.attachment("web", ports: [PortMapping(hostPort: 8080, containerPort: 80)])
        attachment.additional = [NetworkChoice(network: "back")]
        let own = try await node.manager.setUp(attachment)
        #expect(own.network == "podnet" && own.interface == "eth0")
        #expect(try await addresses(node, "web") == ["eth0 10.100.0.2/24", "net1 10.101.0.2/24"])
        let routes = try await node.inPod("web") { try Command("ip", "route").run().checked().text }
        let defaults = routes.split(separator: "\n").filter { $0.hasPrefix("default") }
        #expect(defaults.count == 1 && defaults[0].hasPrefix("default via 10.100.0.1 dev eth0"), "\(routes)")
        _ = try await node.addPod("peer", network: "back")
        let server = try await node.inPod("web") { try TestSocket.listener(port: 80) }
        #expect(try await reaches(node, "peer", "10.101.0.2", server) == "10.101.0.3")

        // The same again changes nothing; another list does, while the connection to the first network stays.
        #expect(try await node.manager.setUp(attachment) == own)
        try await node.manager.connect(["web": [NetworkChoice(network: "third", interface: "eth1"), NetworkChoice(network: "back", interface: "net1")]])
        #expect(try await addresses(node, "web") == ["eth0 10.100.0.2/24", "eth1 10.102.0.2/24", "net1 10.101.0.2/24"])
        let reports = try await node.manager.networks()
        #expect(reports.map { "\($0.definition.name) \($0.pods.map(\.uid))" } == [#"back ["peer", "web"]"#, #"podnet ["web"]"#, #"third ["web"]"#])
        // Another process knows it.
        let again = try await node.restartedManager()
        try await again.connect(["web": [NetworkChoice(network: "third", interface: "eth1")], "unknown": []])
        #expect(try await addresses(node, "web") == ["eth0 10.100.0.2/24", "eth1 10.102.0.2/24"])
        #expect(try await again.status(podUID: "web") == own)
        try await again.retain(only: ["web"])
        #expect(try await addresses(node, "web") == ["eth0 10.100.0.2/24", "eth1 10.102.0.2/24"])
        try await again.tearDown(podUID: "web")
        #expect(try await node.snapshot() == before)
        #expect(try await node.stateFiles() == [])
        withExtendedLifetime(again) {}
    }

    @Test("A network that is not there, or the pod's own, is refused; a pod that begins with it does not begin") func refused() async throws {
        let node = try await PrivateNode(definitions: Self.definitions)
        let before = try await node.snapshot()
        try await node.makeNamespaces("web")
        for (network, words) in [("nowhere", "no network \"nowhere\" is defined"), ("podnet", "is on the network podnet already")] {
            var attachment = node.attachment("web")
            attachment.additional = [NetworkChoice(network: "back"), NetworkChoice(network: network)]
            let error = await #expect(throws: NetworkError.self) { try await node.manager.setUp(attachment) }
            #expect("\(try #require(error))".contains(words))
            #expect(try await node.snapshot() == before)
            #expect(try await node.stateFiles() == [])
        }
        _ = try await node.manager.setUp(node.attachment("web"))
        await #expect(throws: NetworkError.self) {
            try await node.manager.connect(["web": [NetworkChoice(network: "nowhere"), NetworkChoice(network: "back")]])
        }
        // What can be made is made.
        #expect(try await addresses(node, "web") == ["eth0 10.100.0.2/24", "net2 10.101.0.2/24"])
        try await node.manager.removeAll()
        #expect(try await node.snapshot() == before)
    }

    @Test("Policies hold on all of a pod's networks") func governed() async throws {
        let node = try await PrivateNode(definitions: Self.definitions)
        let closed = TrafficPolicy(
            namespace: "default",
            name: "p",
            pods: LabelCondition([.isOne(key: "app", of: ["web"])]),
            ingress: []
        )
        try await node.manager.govern([closed], pods: [:])
        try await node.makeNamespaces("web")
        var attachment = node.attachment("web")
        attachment.traffic = PodTraffic(namespace: "default", labels: ["app": "web"])
        attachment.additional = [NetworkChoice(network: "back")]
        _ = try await node.manager.setUp(attachment)
        _ = try await node.addPod("peer", network: "back")
        let server = try await node.inPod("web") { try TestSocket.listener(port: 80) }
        #expect(try await reaches(node, "peer", "10.101.0.2", server) == nil)
        try await node.manager.govern([], pods: [:])
        #expect(try await reaches(node, "peer", "10.101.0.2", server) == "10.101.0.3")
        try await node.manager.removeAll()
    }
}
