import Glibc
import JSONCoding
import Linux
import TestSupport
import Testing

/// What netavark gets wrong, by the issues of its users: each must be right here.
@Suite("Faults of the peers", .needsPrivateHost) struct PeersFaultTests {
    @Test("A mapping of a container that died does not shadow the next one's") func staleMapping() throws {
        try inPrivateNetwork {
            let host = try ToolHost()
            for name in ["dead", "next"] { _ = try host.container(name) }
            let dead = ToolHost.request("aaa", "10.89.0.5", ports: ToolHost.port(8080, 80) + "," + ToolHost.port(8090, 80))
            try host.setUp("dead", dead)
            let next = ToolHost.request("bbb", "10.89.0.6", ports: ToolHost.port(8080, 80))
            try host.setUp("next", next)
            let server = try host.within("next") { try TestSocket.listener(port: 80) }
            let client = try TestSocket.connection(to: "127.0.0.1", port: 8080)
            try client.send("ping")
            #expect(try server.accept().socket.receive()?.text == "ping")
            let rules = try host.rules()
            #expect(!rules.contains("dport 8080 dnat ip to 10.89.0.5"))
            // What nobody else wants stays.
            #expect(rules.contains("dport 8090 dnat ip to 10.89.0.5:80"))
            try host.tearDown("dead", dead)
            #expect(try host.rules().contains("dport 8080 dnat ip to 10.89.0.6:80"))
            try host.tearDown("next", next)
            #expect(try !host.ruleset().contains("10.89.0"))
        }
    }

    @Test("A flow of UDP that is older than the mapping arrives, and one that outlives it does not") func oldFlow() throws {
        try inPrivateNetwork {
            let host = try ToolHost()
            try host.addNeighbour()
            _ = try host.container("web")
            let client = try host.within("outside") { try TestSocket.datagram() }
            // Connection tracking is on as soon as there is a table with NAT.
            let other = ToolHost.request("zzz", "10.90.0.2", network: "net2", subnets: ["10.90.0.0/24"])
            _ = try host.container("other")
            try host.setUp("other", other)
            let early = try TestSocket.datagram(port: 5000)
            try client.send("early", to: "192.0.2.1", port: 5000)
            #expect(early.receive()?.text == "early")
            let request = ToolHost.request("aaa", "10.89.0.5", ports: ToolHost.port(5000, 5353, "udp"))
            try host.setUp("web", request)
            let server = try host.within("web") { try TestSocket.datagram(port: 5353) }
            try client.send("later", to: "192.0.2.1", port: 5000)
            #expect(server.receive()?.text == "later")
            try host.tearDown("web", request)
            try client.send("last", to: "192.0.2.1", port: 5000)
            #expect(early.receive()?.text == "last")
        }
    }

    @Test("A namespace that is gone is torn down all the same") func missingNamespace() throws {
        try inPrivateNetwork {
            let host = try ToolHost()
            let path = try host.container("web")
            let request = ToolHost.request("aaa", "10.89.0.5", ports: ToolHost.port(8080, 80))
            try host.setUp("web", request)
            // The other end goes with the namespace; that it is gone is seen by the port.
            try host.ip("-n web link del eth0")
            try host.ip("netns del web")
            let outcome = try host.tool("teardown", path, input: request)
            #expect(outcome.succeeded && outcome.text.isEmpty)
            #expect(try !host.ruleset().contains("10.89.0"))
            #expect(try Command("ip", "link", "show", "dev", "br-net1").run().succeeded == false)
            // And once more: there is nothing to do.
            #expect(try host.tool("teardown", path, input: request).succeeded)
        }
    }

    @Test("A setup whose namespace is gone takes away what the container still had, and nothing of others") func setupWithoutNamespace()
        throws
    {
        try inPrivateNetwork {
            let host = try ToolHost()
            let path = try host.container("web")
            _ = try host.container("other")
            let web = ToolHost.request("aaa", "10.89.0.5", ports: ToolHost.port(8080, 80))
            let other = ToolHost.request("bbb", "10.89.0.6", ports: ToolHost.port(8081, 80))
            try host.setUp("web", web)
            try host.setUp("other", other)
            try host.ip("-n web link del eth0")
            try host.ip("netns del web")
            let message = try host.failure(try host.tool("setup", path, input: web))
            #expect(message?.contains("invalid namespace path") == true, "\(message ?? "")")
            #expect(try !host.ruleset().contains("10.89.0.5") && host.ruleset().contains("10.89.0.6:80"))
            try host.ip("-n other link del eth0")
            try host.ip("netns del other")
            #expect(try !host.tool("setup", "/run/netns/other", input: other).succeeded)
            #expect(try !host.ruleset().contains("10.89.0"))
            #expect(try !Command("ip", "link", "show", "dev", "br-net1").run().succeeded)
        }
    }

    @Test("An internal network is not reached from another one, in neither family, and reaches nothing") func internalNetwork() throws {
        try inPrivateNetwork {
            let host = try ToolHost()
            for name in ["inner", "open"] { _ = try host.container(name) }
            let inner = ToolHost.request(
                "aaa", "10.89.0.5,fd00:5::5", subnets: ["10.89.0.0/24", "fd00:5::/64"],
                extra: #","options":{"isolate":"strict"}"#
            ).replacing(#""internal":false"#, with: #""internal":true"#)
            let open = ToolHost.request("bbb", "10.90.0.5,fd00:6::5", network: "net2", subnets: ["10.90.0.0/24", "fd00:6::/64"])
            try host.setUp("inner", inner)
            try host.setUp("open", open)
            // Someone in there finds the way by himself.
            try host.ip("-n inner route add default via 10.89.0.1")
            try host.ip("-n inner -6 route add default via fd00:5::1")
            for (from, address) in [
                ("open", "10.89.0.5"), ("open", "fd00:5::5"), ("inner", "10.90.0.5"), ("inner", "fd00:6::5"),
            ] {
                let name = from == "open" ? "inner" : "open"
                let server = try host.within(name) { try TestSocket.listener(port: 80, address: "::") }
                #expect(try !host.reaches(address, port: 80, from: from), "\(from) → \(address)")
                withExtendedLifetime(server) {}
            }
            // The host itself is reached: names are served there.
            let service = try TestSocket.listener(port: 5300)
            try host.within("inner") { try TestSocket.connection(to: "10.89.0.1", port: 5300) }.send("x")
            #expect(try service.accept().socket.receive()?.text == "x")
            try host.tearDown("inner", inner)
            try host.tearDown("open", open)
            #expect(try !host.ruleset().contains("swiftlet_guard"))
        }
    }

    @Test("Services on the host's loopback are not reached from a container that changes its routes") func loopback() throws {
        try inPrivateNetwork {
            let host = try ToolHost()
            _ = try host.container("web")
            try host.setUp("web", ToolHost.request("aaa", "10.89.0.5"))
            let service = try TestSocket.listener(port: 6000, address: "127.0.0.1")
            for line in [
                "link set lo down", "addr flush dev lo", "route del table local 127.0.0.0/8",
            ] { _ = try Command(["ip", "-n", "web"] + line.split(separator: " ").map(String.init)).run() }
            try host.ip("-n web route add 127.0.0.1 via 10.89.0.1 dev eth0")
            try Command("ip", "netns", "exec", "web", "sysctl", "-qw", "net.ipv4.conf.eth0.route_localnet=1").run().checked()
            #expect(try !host.reaches("127.0.0.1", port: 6000, from: "web"))
            // The way is there but for the guard.
            try Command("nft", "delete", "table", "inet", "swiftlet_guard").run().checked()
            #expect(try host.reaches("127.0.0.1", port: 6000, from: "web"))
            withExtendedLifetime(service) {}
        }
    }

    @Test("Rules that were flushed come back: by firewall-reload, and with the next container", arguments: [true, false])
    func flushed(byReload: Bool) throws {
        try inPrivateNetwork {
            let host = try ToolHost()
            for name in ["web", "next"] { _ = try host.container(name) }
            let web = ToolHost.request("aaa", "10.89.0.5", ports: ToolHost.port(8080, 80, range: 3))
            let next = ToolHost.request("bbb", "10.90.0.5", network: "net2", subnets: ["10.90.0.0/24"])
            try host.setUp("web", web)
            if byReload { try host.setUp("next", next) }
            let before = try host.ruleset()
            try Command("nft", "flush", "ruleset").run().checked()
            if byReload {
                try host.tool("firewall-reload").checked()
                #expect(try host.ruleset().split(separator: "\n").sorted() == before.split(separator: "\n").sorted())
            } else {
                try host.setUp("next", next)
            }
            let server = try host.within("web") { try TestSocket.listener(port: 81) }
            try TestSocket.connection(to: "127.0.0.1", port: 8081).send("ping")
            #expect(try server.accept().socket.receive()?.text == "ping")
            try host.tearDown("web", web)
            try host.tearDown("next", next)
            #expect(try !host.ruleset().contains("10.89.0") && !host.ruleset().contains("10.90.0"))
        }
    }

    @Test("firewalld-reload notices a flush by itself") func watched() throws {
        try inPrivateNetwork {
            let host = try ToolHost()
            _ = try host.container("web")
            let request = ToolHost.request("aaa", "10.89.0.5", ports: ToolHost.port(8080, 80))
            try host.setUp("web", request)
            let before = try host.ruleset().split(separator: "\n").sorted()
            func comesBack() throws -> Bool {
                let end = Deadline(in: .seconds(20))
                while try host.ruleset().split(separator: "\n").sorted() != before {
                    if end.hasPassed { return false }
                }
                return true
            }
            // It listens before it looks: what it makes at its start says that it is there.
            try Command("nft", "flush", "ruleset").run().checked()
            let watcher = try Command(TestBinaries.networkTool, "--config", host.directory("config"), "firewalld-reload").spawn()
            #expect(try comesBack())
            for _ in 0..<3 {
                try Command("nft", "flush", "ruleset").run().checked()
                #expect(try comesBack())
            }
            try watcher.signal(SIGTERM)
            _ = try watcher.wait()
            try host.tearDown("web", request)
        }
    }

    @Test("A table of netavark's own making is used and left; its rules go as well as ours") func foreignTable() throws {
        try inPrivateNetwork {
            let host = try ToolHost()
            _ = try host.container("web")
            let request = ToolHost.request("aaa", "10.89.0.5", ports: ToolHost.port(8080, 80))
            try host.setUp("web", request)
            let before = try host.rules()
            // As netavark would have left it: rules without a note of ours.
            let script = try Command("nft", "list", "table", "inet", "netavark").run().checked().output
            try Command("nft", "delete", "table", "inet", "netavark").run().checked()
            try Command(["nft", "-f", "-"], input: script).run().checked()
            try FileSystem.removeTree(host.directory("config/firewall"))
            #expect(try host.rules() == before)
            try host.tearDown("web", request)
            let after = try host.rules()
            #expect(!after.contains("10.89.0") && after.contains("ct state invalid drop"))
        }
    }
}
