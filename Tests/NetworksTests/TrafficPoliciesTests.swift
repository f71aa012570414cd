import Glibc
import Linux
import NetworkSpec
import Networks
import TestSupport
import Testing

/// Policies against real packets, all in private namespaces.
@Suite("Policies", .needsPrivateHost, .awayFromPool) struct TrafficPoliciesTests {
    private static let dual = [
        "podnet.json": """
        {"name":"podnet","driver":"bridge","network_interface":"pods0","ipv6_enabled":true,
         "subnets":[{"subnet":"10.100.0.0/24"},{"subnet":"fd00:100::/64"}]}
        """,
        "second.json": """
        {"name":"second","driver":"bridge","network_interface":"pods1","subnets":[{"subnet":"10.101.0.0/24"}]}
        """,
    ]

    private func pod(_ app: String, in namespace: String = "default", ports: [PodTraffic.NamedPort] = []) -> PodTraffic {
        PodTraffic(namespace: namespace, labels: ["app": app], ports: ports)
    }

    private func policy(
        for app: String?,
        ingress: [TrafficRule]? = nil,
        egress: [TrafficRule]? = nil,
        name: String = "p"
    ) -> TrafficPolicy {
        let pods = LabelCondition(app.map { [.isOne(key: "app", of: [$0])] } ?? [])
        return TrafficPolicy(namespace: "default", name: name, pods: pods, ingress: ingress, egress: egress)
    }

    private func pods(_ app: String, in namespace: String? = nil) -> TrafficPeer {
        .pods(
            namespaces: namespace.map { LabelCondition([.isOne(key: "kubernetes.io/metadata.name", of: [$0])]) },
            pods: LabelCondition([.isOne(key: "app", of: [app])])
        )
    }

    /// Whether a pod, or with nil the other machine, gets through to an address and port.
    private func reaches(_ node: PrivateNode, _ from: String?, _ address: String, _ port: UInt16, _ server: TestSocket) async throws -> Bool {
        do {
            let connect: @Sendable () throws -> TestSocket = { try TestSocket.connection(to: address, port: port) }
            let client = if let from { try await node.inPod(from, connect) } else { try await node.outside(connect) }
            let (served, _) = try server.accept()
            try client.send("ping")
            return served.receive()?.text == "ping"
        } catch is SystemError {
            return false
        }
    }

    @Test("Ingress: closed but for the pods, ports and blocks that are allowed, on one bridge and across; and open again without")
    func ingress() async throws {
        let node = try await PrivateNode(definitions: Self.dual)
        let web = try await node.addPod("web", ports: [PortMapping(hostPort: 8080, containerPort: 80)], traffic: pod("web"))
        _ = try await node.addPod("client", traffic: pod("client"))
        _ = try await node.addPod("other", traffic: pod("other"))
        _ = try await node.addPod("across", network: "second", traffic: pod("client"))
        _ = try await node.addPod("far", traffic: pod("client", in: "else"))
        let four = web.addresses[0].address.description
        let six = web.addresses[1].address.description
        let server = try await node.inPod("web") { try TestSocket.listener(port: 80, address: "::") }
        let second = try await node.inPod("web") { try TestSocket.listener(port: 81, address: "::") }
        #expect(try await reaches(node, "other", four, 80, server))

        // Nothing is allowed; what the machine itself says passes, and so does a pod's word to itself by a host port.
        try await node.manager.govern([policy(for: "web", ingress: [])], pods: [:])
        #expect(try await !reaches(node, "client", four, 80, server))
        #expect(try await !reaches(node, "client", six, 80, server))
        #expect(try await !reaches(node, "across", four, 80, server))
        #expect(try await !reaches(node, nil, "192.0.2.1", 8080, server))
        #expect(try await reaches(node, "web", "192.0.2.1", 8080, server))
        let probe = try await node.onHost { try TestSocket.connection(to: four, port: 80) }
        _ = try server.accept()
        withExtendedLifetime(probe) {}
        // What goes out of it is another direction.
        let outside = try await node.outside { try TestSocket.listener(port: 7000) }
        #expect(try await reaches(node, "web", "192.0.2.2", 7000, outside))

        // Nor is there a way by the addresses that the kernel gives.
        let local = try await node.inPod("web") {
            try Command("ip", "-6", "-o", "address", "show", "dev", "eth0", "scope", "link").run().checked().text
        }
        let linkLocal = try #require(local.split(separator: " ").first { $0.hasPrefix("fe80:") }?.split(separator: "/").first)
        let ping: @Sendable () throws -> Bool = { try Command("ping", "-c", "1", "-W", "1", "\(linkLocal)%eth0").run().succeeded }
        #expect(try await !node.inPod("client", ping))
        #expect(try await node.onHost { try Command("ping", "-c", "1", "-W", "5", "\(linkLocal)%pods0").run().succeeded })

        // One port, to some pods of its namespace.
        let http = TrafficRule(peers: [pods("client")], ports: [TrafficPort(.tcp, .range(80...80))])
        try await node.manager.govern([policy(for: "web", ingress: [http])], pods: [:])
        #expect(try await reaches(node, "client", four, 80, server))
        #expect(try await reaches(node, "client", six, 80, server))
        #expect(try await reaches(node, "across", four, 80, server))
        #expect(try await !reaches(node, "client", four, 81, second))
        #expect(try await !reaches(node, "other", four, 80, server))
        #expect(try await !reaches(node, "far", four, 80, server))
        #expect(try await !reaches(node, nil, "192.0.2.1", 8080, server))

        // Another policy adds to it: a block without a part of it, and pods of another namespace; ports 80 to 81.
        let block = TrafficRule(
            peers: [.block(try #require(IPPrefix("192.0.2.0/24")), except: [try #require(IPPrefix("192.0.2.128/25"))])]
        )
        let others = TrafficRule(peers: [pods("client", in: "else")], ports: [TrafficPort(.tcp, .range(80...81))])
        let both = [policy(for: "web", ingress: [http]), policy(for: nil, ingress: [block, others], name: "q")]
        try await node.manager.govern(both, pods: [:])
        #expect(try await reaches(node, "client", four, 80, server))
        #expect(try await reaches(node, "far", four, 81, second))
        #expect(try await reaches(node, nil, "192.0.2.1", 8080, server))
        let except = TrafficRule(peers: [.block(try #require(IPPrefix("192.0.2.0/24")), except: [try #require(IPPrefix("192.0.2.2/32"))])])
        try await node.manager.govern([policy(for: "web", ingress: [except])], pods: [:])
        #expect(try await !reaches(node, nil, "192.0.2.1", 8080, server))

        // Labels that change count at once; a pod that comes is known from its first packet.
        try await node.manager.govern([policy(for: "web", ingress: [http])], pods: ["other": pod("client"), "client": pod("nobody")])
        #expect(try await reaches(node, "other", four, 80, server))
        #expect(try await !reaches(node, "client", four, 80, server))
        _ = try await node.addPod("late", traffic: pod("client"))
        #expect(try await reaches(node, "late", four, 80, server))

        try await node.manager.govern([], pods: [:])
        #expect(try await reaches(node, "client", four, 81, second))
        #expect(try await node.inPod("client", ping))
        #expect(try await !node.snapshot().contains("swiftlet_policy"))
        try await node.manager.removeAll()
    }

    @Test("Egress: closed but for what is allowed; answers pass, and the machine is always reached") func egress() async throws {
        let node = try await PrivateNode(definitions: Self.dual)
        let named = [PodTraffic.NamedPort(name: "http", transport: .tcp, port: 80)]
        let web = try await node.addPod("web", traffic: pod("web", ports: named))
        let db = try await node.addPod("db", traffic: pod("db"))
        let address = web.addresses[0].address.description
        let dbAddress = db.addresses[0].address.description
        let gateway = try #require(db.gateways.first?.description)
        let server = try await node.inPod("web") { try TestSocket.listener(port: 80) }
        let second = try await node.inPod("web") { try TestSocket.listener(port: 81) }
        let dbServer = try await node.inPod("db") { try TestSocket.listener(port: 5432) }
        let outside = try await node.outside { try TestSocket.listener(port: 7000) }
        let host = try await node.onHost { try TestSocket.listener(port: 53) }

        try await node.manager.govern([policy(for: "db", egress: [])], pods: [:])
        #expect(try await !reaches(node, "db", address, 80, server))
        #expect(try await !reaches(node, "db", "192.0.2.2", 7000, outside))
        #expect(try await reaches(node, "db", gateway, 53, host))
        #expect(try await reaches(node, "web", dbAddress, 5432, dbServer))

        // By the name that the other pod gives its port; a block with a port.
        let http = TrafficRule(peers: [pods("web")], ports: [TrafficPort(.tcp, .named("http"))])
        let world = TrafficRule(
            peers: [.block(try #require(IPPrefix("0.0.0.0/0")), except: [try #require(IPPrefix("10.0.0.0/8"))])],
            ports: [TrafficPort(.tcp, .range(7000...7001))]
        )
        try await node.manager.govern([policy(for: "db", egress: [http, world])], pods: [:])
        #expect(try await reaches(node, "db", address, 80, server))
        #expect(try await !reaches(node, "db", address, 81, second))
        #expect(try await reaches(node, "db", "192.0.2.2", 7000, outside))
        // The name means another port, and then none.
        let other = [PodTraffic.NamedPort(name: "http", transport: .tcp, port: 81)]
        try await node.manager.govern([policy(for: "db", egress: [http])], pods: ["web": pod("web", ports: other)])
        #expect(try await reaches(node, "db", address, 81, second))
        #expect(try await !reaches(node, "db", address, 80, server))
        // The same name for what comes in.
        let incoming = TrafficRule(peers: [pods("db")], ports: [TrafficPort(.tcp, .named("http"))])
        try await node.manager.govern([policy(for: "web", ingress: [incoming])], pods: [:])
        #expect(try await reaches(node, "db", address, 81, second))
        #expect(try await !reaches(node, "db", address, 80, server))
        try await node.manager.removeAll()
    }

    @Test("Policies outlive the manager and a flush, and go with the last pod") func lasting() async throws {
        let node = try await PrivateNode(definitions: Self.dual)
        let before = try await node.snapshot()
        let closed = [policy(for: "web", ingress: [])]
        try await node.manager.govern(closed, pods: [:])
        let web = try await node.addPod("web", traffic: pod("web"))
        _ = try await node.addPod("client", traffic: pod("client"))
        let address = web.addresses[0].address.description
        let server = try await node.inPod("web") { try TestSocket.listener(port: 80) }
        #expect(try await !reaches(node, "client", address, 80, server))
        let whole = try await node.snapshot()
        _ = try await node.onHost { try Command("nft", "flush", "ruleset").run().checked() }
        try await node.damageReports.wait(for: 1)
        #expect(try await node.snapshot() == whole)
        #expect(try await !reaches(node, "client", address, 80, server))

        // Another process: it leaves what is there until it is told.
        let again = try await node.restartedManager()
        #expect(try await again.status(podUID: "web") == web)
        #expect(try await !reaches(node, "client", address, 80, server))
        try await again.govern(closed, pods: [:])
        #expect(try await !reaches(node, "client", address, 80, server))
        try await again.govern([], pods: [:])
        #expect(try await reaches(node, "client", address, 80, server))
        try await again.govern(closed, pods: [:])
        for uid in ["web", "client"] { try await again.tearDown(podUID: uid) }
        #expect(try await node.snapshot() == before)
        withExtendedLifetime(again) {}
    }
}
