import Glibc
import Linux
import Netlink
import NetworkSpec
import Networks
import TestSupport
import Testing

/// Pods beside the host, on the network of its uplink: another machine (192.0.2.2) is there too.
@Suite("macvlan", .needsPrivateHost, .awayFromPool) struct SharedLinkTests {
    private static func lan(_ more: String = "", options: String = "", subnets: String? = nil) -> String {
        let subnets = subnets ?? #"[{"subnet":"192.0.2.0/24","gateway":"192.0.2.2"}]"#
        return #"""
            {"name":"lan","driver":"macvlan","network_interface":"uplink","options":{\#(options)},"subnets":\#(subnets)\#(more)}
            """#
    }
    private static let back =
        #"{"name":"podnet","driver":"bridge","network_interface":"br0","subnets":[{"subnet":"10.9.0.0/24"}]}"#

    private func node(_ definition: String = Self.lan()) async throws -> PrivateNode {
        try await PrivateNode(definitions: ["lan.json": definition, "podnet.json": Self.back])
    }

    /// Connects, and says whom the server took the client for; nil where nothing arrives.
    private func reaches(_ server: TestSocket, _ client: () async throws -> TestSocket) async throws -> String? {
        do {
            let client = try await client()
            defer { withExtendedLifetime(client) {} }
            return try server.accept().peer
        } catch let error as SystemError where error.call == "connect" {
            return nil
        }
    }

    private func links(_ node: PrivateNode, _ uid: String) async throws -> String {
        try await node.inPod(uid) { try Command("ip", "-d", "link", "show", "type", "macvlan").run().checked().text }
    }

    private func refusal(_ body: () async throws -> Void) async throws -> String {
        do { try await body() } catch let error as NetworkError { return "\(error)" }
        Issue.record("it was not refused")
        return ""
    }

    @Test("Pods are machines of the parent's network, with leases of ours; nothing is on the host, and nothing is left")
    func traffic() async throws {
        let node = try await node()
        let before = try await node.snapshot()
        let web = try await node.addPod("web", network: "lan")
        // .1 is the host's own, .2 the router's.
        #expect(web.addresses.map(\.description) == ["192.0.2.3/24"] && web.gateways.map(\.description) == ["192.0.2.2"])
        #expect(web.macAddress == MACAddress(of: IPv4Address(192, 0, 2, 3)))
        let other = try await node.addPod("other", network: "lan")
        #expect(other.addresses.map(\.description) == ["192.0.2.4/24"])
        #expect(try await node.snapshot() == before)
        let server = try await node.inPod("web") { try TestSocket.listener(port: 80) }
        #expect(
            try await reaches(server) {
                try await node.inPod("other") { try TestSocket.connection(to: "192.0.2.3", port: 80) }
            } == "192.0.2.4"
        )
        #expect(
            try await reaches(server) {
                try await node.outside { try TestSocket.connection(to: "192.0.2.3", port: 80) }
            } == "192.0.2.2"
        )
        let far = try await node.outside { try TestSocket.listener(port: 81) }
        #expect(
            try await reaches(far) {
                try await node.inPod("web") { try TestSocket.connection(to: "192.0.2.2", port: 81) }
            } == "192.0.2.3"
        )
        let route = try await node.inPod("web") { try Command("ip", "route", "show", "default").run().checked().text }
        #expect(route.hasPrefix("default via 192.0.2.2 dev eth0 ") && route.contains("metric 100"), "\(route)")
        #expect(try await links(node, "web").contains("macvlan mode bridge"))
        // The same again changes nothing, and another process knows it.
        let again = try await node.restartedManager()
        #expect(try await again.setUp(node.attachment("web", network: "lan")) == web)
        try await again.retain(only: ["web", "other"])
        #expect(try await links(node, "web").contains("eth0"))
        try await again.tearDown(podUID: "web")
        #expect(try await links(node, "web") == "")
        // The namespace has gone before.
        try await node.removeNamespaces("other")
        try await again.tearDown(podUID: "other")
        #expect(try await node.snapshot() == before)
        #expect(try await node.stateFiles() == [])
        withExtendedLifetime(again) {}
    }

    @Test("Both families, a metric, a mtu, a limit and routes; without a gateway that is told there is none")
    func settings() async throws {
        let subnets = #"""
            [{"subnet":"192.0.2.0/24","lease_range":{"start_ip":"192.0.2.100"}},
             {"subnet":"2001:db8::/64","gateway":"2001:db8::9"}]
            """#
        let routes = #"""
            ,"ipv6_enabled":true,"network_dns_servers":["192.0.2.53"],
             "routes":[{"destination":"198.51.100.0/24","gateway":"192.0.2.2","metric":7}]
            """#
        let options = #""mode":"private","mtu":"1400","metric":"42","bclim":"2""#
        let node = try await node(Self.lan(routes, options: options, subnets: subnets))
        let web = try await node.addPod("web", network: "lan")
        #expect(web.addresses.map(\.description) == ["192.0.2.100/24", "2001:db8::1/64"])
        #expect(web.gateways.map(\.description) == ["192.0.2.1", "2001:db8::9"])
        #expect(web.nameServers.map(\.description) == ["192.0.2.53"] && web.nameDomain == nil)
        let link = try await links(node, "web")
        #expect(link.contains("mtu 1400") && link.contains("mode private"), "\(link)")
        let found = try await node.inPod("web") {
            try ["-4", "-6"].map { try Command("ip", $0, "route").run().checked().text }.joined()
        }
        #expect(found.contains("198.51.100.0/24 via 192.0.2.2 dev eth0") && found.contains("metric 7"), "\(found)")
        #expect(found.contains("default via 2001:db8::9 dev eth0") && found.contains("metric 42"), "\(found)")
        try await node.manager.removeAll()
        #expect(try await node.stateFiles() == [])
    }

    @Test("passthru: the parent's own address, and one pod alone") func passthru() async throws {
        let node = try await node(Self.lan(options: #""mode":"passthru""#))
        let before = try await node.snapshot()
        let parent = try await node.onHost { try NetlinkSocket(.route).link(named: "uplink")?.address }
        #expect(try await node.addPod("web", network: "lan").macAddress == parent)
        let text = try await refusal { _ = try await node.addPod("other", network: "lan") }
        #expect(text == "network lan: its parent uplink has somebody else on it; with the mode passthru it belongs to one pod")
        #expect(try await node.stateFiles().filter { $0.contains("other") || $0.contains("192.0.2.4") } == [])
        try await node.removePod("web")
        _ = try await node.manager.setUp(node.attachment("other", network: "lan"))
        try await node.manager.removeAll()
        #expect(try await node.snapshot() == before)
    }

    @Test("A pod joins and leaves while it runs, also when it has given the interface another name") func joining() async throws {
        let node = try await node()
        let before = try await node.snapshot()
        try await node.makeNamespaces("web")
        var attachment = node.attachment("web", ports: [PortMapping(hostPort: 8080, containerPort: 80)])
        attachment.bandwidth = Bandwidth(ingress: 1_000_000_000, egress: nil)
        attachment.hostNeeds = [.init(.port, "spec.containers[0].ports[0].hostPort")]
        attachment.additional = [NetworkChoice(network: "lan")]
        let own = try await node.manager.setUp(attachment)
        #expect(own.network == "podnet" && own.interface == "eth0")
        let server = try await node.inPod("web") { try TestSocket.listener(port: 80) }
        let answer = try await reaches(server) { try await node.outside { try TestSocket.connection(to: "192.0.2.3", port: 80) } }
        #expect(answer == "192.0.2.2")
        try await node.inPod("web") {
            for line in ["link set net1 down", "link set net1 name mine0", "link set mine0 up"] { try PrivateNode.ip(line) }
        }
        #expect(try await node.manager.setUp(attachment) == own)
        #expect(try await links(node, "web").contains("mine0"))
        try await node.manager.connect(["web": []])
        #expect(try await links(node, "web") == "")
        try await node.manager.connect(["web": [NetworkChoice(network: "lan", interface: "lan0")]])
        #expect(try await links(node, "web").contains("lan0"))
        // Somebody removes the interface: it is made again.
        try await node.inPod("web") { try PrivateNode.ip("link del lan0") }
        try await node.manager.connect(["web": [NetworkChoice(network: "lan", interface: "lan0")]])
        #expect(try await links(node, "web").contains("lan0"))
        try await node.manager.tearDown(podUID: "web")
        #expect(try await links(node, "web") == "")
        #expect(try await node.snapshot() == before)
        #expect(try await node.stateFiles() == [])
    }

    @Test("What needs the host is refused by its places, and nothing is left") func needsOfTheHost() async throws {
        let node = try await node()
        let before = try await node.snapshot()
        try await node.makeNamespaces("web")
        var attachment = node.attachment("web", network: "lan", ports: [PortMapping(.udp, hostPort: 53, containerPort: 53)])
        let unnamed = try await refusal { _ = try await node.manager.setUp(attachment) }
        #expect(unnamed.contains("network lan is of the driver macvlan") && unnamed.contains("hostPort 53/udp"), "\(unnamed)")
        attachment.hostNeeds = [
            .init(.port, "spec.containers[1].ports[0].hostPort"), .init(.connection, "spec.containers[0].livenessProbe.httpGet"),
        ]
        let named = try await refusal { _ = try await node.manager.setUp(attachment) }
        #expect(named.hasSuffix("spec.containers[1].ports[0].hostPort, spec.containers[0].livenessProbe.httpGet"), "\(named)")
        attachment = node.attachment("web", network: "lan")
        attachment.bandwidth = Bandwidth(ingress: nil, egress: 1_000_000)
        #expect(try await refusal { _ = try await node.manager.setUp(attachment) }.hasSuffix("cannot serve bandwidth"))
        #expect(try await node.snapshot() == before)
        #expect(try await node.stateFiles() == [])
    }

    @Test("A policy that selects such a pod is told, and keeps it from its start") func policies() async throws {
        let node = try await node()
        let web = LabelCondition([.isOne(key: "app", of: ["web"])])
        let closed = TrafficPolicy(namespace: "default", name: "p", pods: web, ingress: [])
        let traffic = PodTraffic(namespace: "default", labels: ["app": "web"])
        try await node.manager.govern([closed], pods: [:])
        let text = try await refusal { _ = try await node.addPod("web", network: "lan", traffic: traffic) }
        #expect(
            text.contains("pod default/web: network lan is of the driver macvlan")
                && text.contains("default/p (spec.podSelector)"),
            "\(text)"
        )
        _ = try await node.addPod("free", network: "lan", traffic: PodTraffic(namespace: "default", labels: [:]))
        // Selected later, and by the labels it gets: it is told each time.
        let later = try await refusal { try await node.manager.govern([closed], pods: ["free": traffic]) }
        #expect(later.contains("default/free") && later.contains("default/p"))
        try await node.manager.govern([], pods: ["free": traffic])
        // Beside a bridge as well: it does not join.
        var attachment = node.attachment("web")
        attachment.traffic = traffic
        try await node.manager.govern([closed], pods: ["free": PodTraffic(namespace: "default", labels: [:])])
        _ = try await node.manager.setUp(attachment)
        let beside = try await refusal { try await node.manager.connect(["web": [NetworkChoice(network: "lan")]]) }
        #expect(beside.contains("default/p"))
        #expect(try await links(node, "web") == "")
        try await node.manager.removeAll()
        #expect(try await node.stateFiles() == [])
    }

    @Test("A parent that is missing, off, loopback or too small is named; without a name it is that of the default route")
    func parents() async throws {
        let node = try await node(Self.lan(options: #""mtu":"9000""#))
        func problem(_ definition: String) async throws -> String {
            try node.directory.write("netconf/lan.json", definition)
            return try await refusal { _ = try await node.addPod("web", network: "lan") }
        }
        let small = try await refusal { _ = try await node.addPod("web", network: "lan") }
        #expect(small.hasSuffix("uplink takes 1500 bytes at most, options.mtu is 9000"))
        let missing = Self.lan().replacing("uplink", with: "nowhere")
        #expect(try await problem(missing) == "network lan: its parent nowhere is not there")
        #expect(try await problem(Self.lan().replacing("\"uplink\"", with: "\"lo\"")).contains("lo is loopback"))
        let unnamed = Self.lan().replacing(#""network_interface":"uplink","#, with: "")
        #expect(try await problem(unnamed).contains("is that of the host's default route, and there is none"))
        try await node.onHost { try PrivateNode.ip("link add off0 type veth peer name off1") }
        #expect(try await problem(Self.lan().replacing("uplink", with: "off0")) == "network lan: its parent off0 is switched off")
        #expect(try await problem(Self.lan().replacing("macvlan", with: "ipvlan")) == "network lan: this kernel has no ipvlan"
            || FileSystem.exists("/sys/module/ipvlan"))
        try node.directory.write("netconf/lan.json", unnamed)
        try await node.onHost { try PrivateNode.ip("route add default via 192.0.2.2") }
        let status = try await node.manager.setUp(node.attachment("web", network: "lan"))
        #expect(status.addresses.map(\.description) == ["192.0.2.3/24"])
        #expect(try await node.manager.networks().first { $0.definition.name == "lan" }?.definition.networkInterface == "uplink")
        try await node.manager.removeAll()
        #expect(try await node.stateFiles() == [])
    }

    @Test("What a kill -9 leaves is completed by set-up and removed by retain", arguments: [false, true])
    func halfMade(completes: Bool) async throws {
        let node = try await node()
        let status = try await node.addPod("web", network: "lan")
        // The last step that counts is the record's: everything is there, and it does not say so.
        let file = "state/pods/web.json"
        let record = try FileSystem.readText(node.directory(file))
        let half = record.replacing(#""isComplete":true"#, with: #""isComplete":false"#)
        #expect(half != record)
        try node.directory.write(file, half.replacing(#""linkIndex""#, with: #""unknown""#))
        let again = try await node.restartedManager()
        #expect(try await again.status(podUID: "web") == nil)
        if completes {
            #expect(try await again.setUp(node.attachment("web", network: "lan")).addresses.count == status.addresses.count)
            #expect(try await links(node, "web").contains("eth0"))
        }
        try await again.retain(only: [])
        #expect(try await links(node, "web") == "")
        #expect(try await node.stateFiles() == [])
    }

    @Test("The last bridge takes the table along, whatever else there is") func table() async throws {
        let node = try await node()
        let before = try await node.snapshot()
        _ = try await node.addPod("web", network: "lan")
        _ = try await node.addPod("own")
        #expect(try await node.snapshot() != before)
        try await node.removePod("own")
        #expect(try await node.snapshot() == before)
        // What somebody does to the firewall meanwhile is no damage.
        try await node.onHost { _ = try Command("nft", "flush", "ruleset").run().checked() }
        try await node.manager.retain(only: ["web"])
        #expect(try await node.snapshot() == before)
        #expect(node.damageReports.count == 0)
        try await node.manager.removeAll()
    }
}
