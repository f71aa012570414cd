import Glibc
import JSONCoding
import Linux
import TestSupport
import Testing

@Suite("Containers on a bridge", .needsPrivateHost) struct BridgeTests {
    /// Sends a word each way; gives whom the server took the client for.
    private func exchange(_ listener: TestSocket, _ client: TestSocket) throws -> String {
        let (served, peer) = try listener.accept()
        try client.send("ping")
        #expect(served.receive()?.text == "ping")
        try served.send("pong")
        #expect(client.receive()?.text == "pong")
        return peer
    }

    @Test("Addresses, routes, host ports from everywhere, and nothing left") func ports() throws {
        try inPrivateNetwork {
            let host = try ToolHost()
            try host.addNeighbour()
            for name in ["web", "other"] { _ = try host.container(name) }
            let links = try Command("ip", "-br", "link").run().text
            let web = ToolHost.request(
                "aaa",
                "10.89.0.5,fd00:5::5",
                subnets: ["10.89.0.0/24", "fd00:5::/64"],
                ports: [ToolHost.port(8080, 80), ToolHost.port(9000, 9000, "udp", range: 3)].joined(separator: ",")
            )
            let other = ToolHost.request("bbb", "10.89.0.6", subnets: ["10.89.0.0/24", "fd00:5::/64"])
            let answer = try host.setUp("web", web)
            let interface = answer["net1"]?["interfaces"]?["eth0"]
            #expect(interface?["subnets"]?[0]?["ipnet"]?.stringValue == "10.89.0.5/24")
            #expect(interface?["subnets"]?[1]?["gateway"]?.stringValue == "fd00:5::1")
            try host.setUp("other", other)

            let server = try host.within("web") { try TestSocket.listener(port: 80, address: "::") }
            let four = try host.within("web") { try TestSocket.listener(port: 81) }
            #expect(try exchange(four, host.within("other") { try .connection(to: "10.89.0.5", port: 81) }) == "10.89.0.6")
            // From outside with the client's own address, from the host on every address, from containers, also itself.
            for (name, address) in [
                ("outside", "192.0.2.1"), ("other", "192.0.2.1"), ("web", "192.0.2.1"), ("other", "10.89.0.1"),
                ("outside", "2001:db8::1"),
            ] { _ = try exchange(server, host.within(name) { try .connection(to: address, port: 8080) }) }
            for address in ["127.0.0.1", "10.89.0.1", "192.0.2.1"] {
                _ = try exchange(server, .connection(to: address, port: 8080))
            }
            // Into the world: masqueraded.
            let world = try host.within("outside") { try TestSocket.listener(port: 7000) }
            #expect(try exchange(world, host.within("web") { try .connection(to: "192.0.2.2", port: 7000) }) == "192.0.2.1")

            try host.tearDown("web", web)
            #expect(try !host.rules().contains("8080"))
            #expect(try host.rules("POSTROUTING").contains("ip saddr 10.89.0.0/24 jump nv_net10123_10_89_0_0_nm24"))
            try host.tearDown("other", other)
            #expect(try !host.ruleset().contains("10.89.0"))
            #expect(try !host.ruleset().contains("swiftlet_guard"))
            #expect(try Command("ip", "-br", "link").run().text == links)
            for folder in ["networks", "ports", "claims"] {
                #expect(try FileSystem.list(host.directory("config/firewall/\(folder)")).isEmpty)
            }
        }
    }

    @Test("The rules are those that netavark has, as nft shows them") func layout() throws {
        try inPrivateNetwork {
            let host = try ToolHost()
            _ = try host.container("web")
            try host.setUp(
                "web",
                ToolHost.request(
                    "aaa",
                    "10.89.0.5,fd00:5::5",
                    subnets: ["10.89.0.0/24", "fd00:5::/64"],
                    extra: #","options":{"isolate":"strict"}"#,
                    ports: [ToolHost.port(8080, 80), ToolHost.port(9000, 9000, "udp", address: "127.0.0.1", range: 3)]
                        .joined(separator: ",")
                )
            )
            let text = try host.rules()
            for line in [
                "ip saddr 10.89.0.0/24 meta l4proto { tcp, udp } th dport 53 accept", "ct state invalid drop",
                "jump NETAVARK-ISOLATION-1", "ip daddr 10.89.0.0/24 ct state established,related accept",
                "ip saddr 10.89.0.0/24 accept", "meta mark & 0x00002000 == 0x00002000 masquerade",
                "ip saddr 10.89.0.0/24 jump nv_net10123_10_89_0_0_nm24", "fib daddr type local jump NETAVARK-HOSTPORT-DNAT",
                "tcp dport 8080 jump nv_net10123_10_89_0_0_nm24_dnat", "meta mark set meta mark | 0x00002000",
                "ip daddr 127.0.0.1 udp dport 9000-9002 jump nv_net10123_10_89_0_0_nm24_dnat",
                #"iifname "br-net1" oifname != "br-net1" jump NETAVARK-ISOLATION-3"#, #"oifname "br-net1" drop"#,
                "jump NETAVARK-ISOLATION-2", "ip daddr 10.89.0.0/24 accept", "ip daddr != 224.0.0.0/4 masquerade",
                "ip6 daddr != ff00::/8 masquerade", "ip saddr 10.89.0.0/24 tcp dport 8080 jump NETAVARK-HOSTPORT-SETMARK",
                "ip saddr 127.0.0.1 tcp dport 8080 jump NETAVARK-HOSTPORT-SETMARK",
                "tcp dport 8080 dnat ip to 10.89.0.5:80", "tcp dport 8080 dnat ip6 to [fd00:5::5]:80",
                "ip daddr 127.0.0.1 udp dport 9002 dnat ip to 10.89.0.5:9002",
                "type nat hook output priority -100; policy accept;",
            ] { #expect(text.contains(line), "\(line)\n\(text)") }
            let json = try Command("nft", "-j", "list", "table", "inet", "netavark").run().checked()
            _ = try JSON.parse(json.output)
        }
    }

    @Test("The second container of a network is next to the first: rules of the network are there once") func second() throws {
        try inPrivateNetwork {
            let host = try ToolHost()
            for (index, name) in ["one", "two"].enumerated() {
                _ = try host.container(name)
                try host.setUp(name, ToolHost.request("c\(index)", "10.89.0.\(index + 2)"))
            }
            let text = try host.rules()
            #expect(text.split(separator: "\n").filter { $0.contains("ip saddr 10.89.0.0/24 accept") }.count == 1)
            #expect(text.split(separator: "\n").filter { $0.contains("ct state invalid drop") }.count == 1)
        }
    }

    @Test("Two thousand ports of one container, and their end") func manyPorts() throws {
        try inPrivateNetwork {
            let host = try ToolHost()
            _ = try host.container("web")
            let request = ToolHost.request("aaa", "10.89.0.5", ports: ToolHost.port(20_000, 20_000, range: 2000))
            try host.setUp("web", request)
            let server = try host.within("web") { try TestSocket.listener(port: 21_999) }
            #expect(try exchange(server, .connection(to: "127.0.0.1", port: 21_999)) == "10.89.0.1")
            #expect(try host.rules().split(separator: "\n").filter { $0.contains("dnat ip to 10.89.0.5:") }.count == 2000)
            try host.tearDown("web", request)
            #expect(try !host.ruleset().contains("10.89.0"))
        }
    }

    @Test("Static MAC, name of the host's end, metric, routes, no default route") func options() throws {
        try inPrivateNetwork {
            let host = try ToolHost()
            _ = try host.container("web")
            let request = ToolHost.request(
                "aaa",
                "10.89.0.5",
                extra: #"""
                    ,"options":{"mtu":"1400","metric":"200","no_default_route":"true"},
                    "routes":[{"destination":"10.99.0.0/16","gateway":"10.89.0.1"},{"destination":"10.98.0.0/16","route_type":"blackhole"}]
                    """#,
                container: #","static_mac":"92:d0:c6:0a:29:33","options":{"host_interface_name":"hv0"}"#
            )
            let answer = try host.setUp("web", request)
            #expect(answer["net1"]?["interfaces"]?["eth0"]?["mac_address"]?.stringValue == "92:d0:c6:0a:29:33")
            let link = try Command("ip", "-br", "link", "show", "dev", "hv0").run().checked().text
            #expect(link.contains("UP"))
            let inside = try Command("ip", "-n", "web", "link", "show", "dev", "eth0").run().checked().text
            #expect(inside.contains("mtu 1400") && inside.contains("92:d0:c6:0a:29:33"))
            let routes = try Command("ip", "-n", "web", "route").run().checked().text
            #expect(!routes.contains("default"))
            #expect(routes.contains("10.99.0.0/16 via 10.89.0.1") && routes.contains("metric 200"))
            #expect(routes.contains("blackhole 10.98.0.0/16"))
            try host.tearDown("web", request)
        }
    }

    @Test("macvlan: the parent's packets, a mode, a mtu; ipvlan is refused by name where the kernel has none") func macvlan() throws {
        try inPrivateNetwork {
            let host = try ToolHost()
            try host.addNeighbour()
            _ = try host.container("web")
            let request = ToolHost.request("aaa", "192.0.2.7", subnets: ["192.0.2.0/24"], extra: #","options":{"mode":"private"}"#)
                .replacing(#""driver":"bridge""#, with: #""driver":"macvlan""#).replacing("br-net1", with: "uplink")
            try host.setUp("web", request)
            let server = try host.within("outside") { try TestSocket.listener(port: 80) }
            #expect(try exchange(server, host.within("web") { try .connection(to: "192.0.2.2", port: 80) }) == "192.0.2.7")
            try host.tearDown("web", request)
            let shared = request.replacing("macvlan", with: "ipvlan").replacing("private", with: "l2")
            let outcome = try host.tool("setup", "/run/netns/web", input: shared)
            if outcome.succeeded {
                try host.tearDown("web", shared)
            } else {
                #expect(try host.failure(outcome)?.contains("this kernel has no ipvlan") == true)
            }
        }
    }
}
