import Glibc
import Linux
import NetworkSpec
import Networks
import TestSupport
import Testing

/// Real packets between pods, the host and another machine, all in private namespaces.
@Suite("Traffic", .needsPrivateHost, .awayFromPool) struct TrafficTests {
    /// Connects from where `client` runs, sends a word each way, and answers whom the server took the client for.
    private func exchange(
        _ listener: TestSocket,
        _ client: () async throws -> TestSocket
    ) async throws -> String {
        let connection = try await client()
        let (served, peer) = try listener.accept()
        try connection.send("ping")
        #expect(served.receive()?.text == "ping")
        try served.send("pong")
        #expect(connection.receive()?.text == "pong")
        return peer
    }

    @Test(
        "Pods reach each other, the host and the world, and are reached by host ports from everywhere",
        arguments: ["1", "0"]
    ) func everywhere(bridgedPacketsMeetRules: String) async throws {
        let node = try await PrivateNode()
        try await node.onHost {
            // br_netfilter makes packets between ports of a bridge pass the rules of IP; not every host has it.
            let setting = "/proc/sys/net/bridge/bridge-nf-call-iptables"
            if FileSystem.exists(setting) { try FileSystem.writeKernelFile(setting, bridgedPacketsMeetRules) }
        }
        let web = try await node.addPod("web", ports: [PortMapping(hostPort: 8080, containerPort: 80)])
        let other = try await node.addPod("other")
        #expect(web.network == "podnet" && web.interface == "eth0")
        let address = try #require(web.addresses.first?.address.description)
        let otherAddress = try #require(other.addresses.first?.address.description)
        let gateway = try #require(web.gateways.first?.description)
        let server = try await node.inPod("web") { try TestSocket.listener(port: 80) }

        // Pod to pod: each sees the other's own address.
        #expect(
            try await exchange(server) {
                try await node.inPod("other") { try TestSocket.connection(to: address, port: 80) }
            } == otherAddress
        )
        // Loopback within the pod.
        #expect(
            try await exchange(server) {
                try await node.inPod("web") { try TestSocket.connection(to: "127.0.0.1", port: 80) }
            } == "127.0.0.1"
        )
        // The host, by the pod's address.
        #expect(
            try await exchange(server) {
                try await node.onHost { try TestSocket.connection(to: address, port: 80) }
            } == gateway
        )
        // Pod to the world: masqueraded.
        let remote = try await node.outside { try TestSocket.listener(port: 7000) }
        #expect(
            try await exchange(remote) {
                try await node.inPod("web") { try TestSocket.connection(to: "192.0.2.2", port: 7000) }
            } == "192.0.2.1"
        )

        // The host port: from outside with the client's own address, from the host by each of its addresses.
        #expect(
            try await exchange(server) {
                try await node.outside { try TestSocket.connection(to: "192.0.2.1", port: 8080) }
            } == "192.0.2.2"
        )
        #expect(
            try await exchange(server) {
                try await node.onHost { try TestSocket.connection(to: "127.0.0.1", port: 8080) }
            } == gateway
        )
        #expect(
            try await exchange(server) {
                try await node.onHost { try TestSocket.connection(to: "192.0.2.1", port: 8080) }
            } == "192.0.2.1"
        )
        // From another pod and from the pod itself (hairpin), by both addresses of the host.
        for pod in ["other", "web"] {
            for host in ["192.0.2.1", gateway] {
                let seen = try await exchange(server) {
                    try await node.inPod(pod) { try TestSocket.connection(to: host, port: 8080) }
                }
                #expect(seen == gateway, "\(pod) by \(host)")
            }
        }
        try await node.manager.removeAll()
    }

    @Test("A mapping for one host address is not reached by the others") func hostAddress() async throws {
        let node = try await PrivateNode()
        let loopback = PortMapping(hostIP: IPAddress("127.0.0.1"), hostPort: 8081, containerPort: 80)
        let uplink = PortMapping(hostIP: IPAddress("192.0.2.1"), hostPort: 8082, containerPort: 80)
        _ = try await node.addPod("web", ports: [loopback, uplink])
        let server = try await node.inPod("web") { try TestSocket.listener(port: 80) }
        _ = try await exchange(server) {
            try await node.onHost { try TestSocket.connection(to: "127.0.0.1", port: 8081) }
        }
        _ = try await exchange(server) {
            try await node.outside { try TestSocket.connection(to: "192.0.2.1", port: 8082) }
        }
        await #expect(throws: SystemError.self) {
            try await node.outside { try TestSocket.connection(to: "192.0.2.1", port: 8081) }
        }
        await #expect(throws: SystemError.self) {
            try await node.onHost { try TestSocket.connection(to: "127.0.0.1", port: 8082) }
        }
        try await node.manager.removeAll()
    }

    @Test("UDP: a flow older than its mapping reaches the pod, and forgets it with the mapping") func udp() async throws
    {
        let node = try await PrivateNode()
        let client = try await node.outside { try TestSocket.datagram(port: 4000) }
        // The flow begins before the mapping, which makes an entry in the kernel's table without NAT.
        _ = try await node.addPod("bystander")
        do {
            let early = try await node.onHost { try TestSocket.datagram(port: 5353) }
            try client.send("early", to: "192.0.2.1", port: 5353)
            #expect(early.receive()?.text == "early")
        }
        let mapping = PortMapping(.udp, hostPort: 5353, containerPort: 53)
        for uid in ["first", "second"] {
            _ = try await node.addPod(uid, ports: [mapping])
            let server = try await node.inPod(uid) { try TestSocket.datagram(port: 53) }
            try client.send("hello \(uid)", to: "192.0.2.1", port: 5353)
            let received = try #require(server.receive())
            #expect(received.text == "hello \(uid)" && received.peer == "192.0.2.2" && received.port == 4000)
            try server.send("answer", to: received.peer, port: received.port)
            let answer = try #require(client.receive())
            #expect(answer.text == "answer" && answer.peer == "192.0.2.1" && answer.port == 5353)
            // The same client and port go on to the next pod.
            try await node.removePod(uid)
        }
        try await node.manager.removeAll()
    }

    @Test("Services on the host's loopback are out of a pod's reach, whatever routes it makes") func loopbackGuard()
        async throws
    {
        let node = try await PrivateNode()
        let status = try await node.addPod("evil")
        let gateway = try #require(status.gateways.first?.description)
        let secret = try await node.onHost { try TestSocket.listener(port: 10248, address: "127.0.0.1") }
        try await node.inPod("evil") {
            try FileSystem.writeKernelFile("/proc/sys/net/ipv4/conf/eth0/route_localnet", "1")
            try PrivateNode.ip("addr del 127.0.0.1/8 dev lo")
            try PrivateNode.ip("route add 127.0.0.1/32 via \(gateway)")
        }
        await #expect(throws: SystemError.self) {
            try await node.inPod("evil") { try TestSocket.connection(to: "127.0.0.1", port: 10248) }
        }
        // The attempt is a real one: without the guard it gets through.
        try await node.onHost {
            // What is taken away would be put back; what somebody adds is his.
            _ = try Command("nft", "insert", "rule", "inet", "swiftlet", "loopback_guard", "accept").run().checked()
        }
        _ = try await exchange(secret) {
            try await node.inPod("evil") { try TestSocket.connection(to: "127.0.0.1", port: 10248) }
        }
        try await node.manager.removeAll()
    }

    @Test("An internal network is cut off in both families, and whole within") func internalNetwork() async throws {
        let node = try await PrivateNode(definitions: [
            "inner.json": """
            {"name":"inner","driver":"bridge","network_interface":"inner0","internal":true,"ipv6_enabled":true,
             "subnets":[{"subnet":"10.100.0.0/24"},{"subnet":"fd00:100::/64"}]}
            """,
            "outer.json": """
            {"name":"outer","driver":"bridge","network_interface":"outer0","ipv6_enabled":true,
             "subnets":[{"subnet":"10.101.0.0/24"},{"subnet":"fd00:101::/64"}]}
            """,
        ])
        let inner = try await node.addPod("inner", network: "inner")
        _ = try await node.addPod("inner2", network: "inner")
        let outer = try await node.addPod("outer", network: "outer")
        #expect(inner.gateways.isEmpty && inner.addresses.count == 2 && outer.gateways.count == 2)
        let inner4 = inner.addresses[0].address.description
        let inner6 = inner.addresses[1].address.description
        let server = try await node.inPod("inner") { try TestSocket.listener(port: 80, address: "::") }
        for address in [inner4, inner6] {
            _ = try await exchange(server) {
                try await node.inPod("inner2") { try TestSocket.connection(to: address, port: 80) }
            }
        }
        // Even with a default route of its own making.
        try await node.inPod("inner") {
            try PrivateNode.ip("route add default via 10.100.0.1")
            try PrivateNode.ip("-6 route add default via fd00:100::1")
        }
        for address in [inner4, inner6] {
            await #expect(throws: SystemError.self) {
                try await node.inPod("outer") { try TestSocket.connection(to: address, port: 80) }
            }
        }
        _ = try await node.outside { try TestSocket.listener(port: 7001) }
        await #expect(throws: SystemError.self) {
            try await node.inPod("inner") { try TestSocket.connection(to: "192.0.2.2", port: 7001) }
        }
        try await node.manager.removeAll()
    }
}
