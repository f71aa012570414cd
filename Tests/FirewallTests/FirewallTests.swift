import Firewall
import Glibc
import JSONCoding
import Linux
import Netlink
import NetworkSpec
import TestSupport
import Testing

@Suite("The table in the kernel", .needsPrivateHost) struct FirewallTests {
    private func network() throws -> [FirewallElement] {
        FirewallElement.network(
            bridge: "swiftlet0",
            subnets: [try #require(IPPrefix("10.91.0.0/16")), try #require(IPPrefix("fd00:91::/64"))],
            isInternal: true,
            owner: "network podnet"
        )
    }

    private func ports() throws -> [FirewallElement] {
        let pod = [try #require(IPAddress("10.91.0.2")), try #require(IPAddress("fd00:91::2"))]
        return FirewallElement.ports(PortMapping(hostPort: 8080, containerPort: 80), to: pod, owner: "uid-1")
            + FirewallElement.ports(
                PortMapping(.udp, hostIP: IPAddress("127.0.0.1"), hostPort: 53, containerPort: 5353),
                to: pod,
                owner: "uid-2"
            )
            + FirewallElement.ports(
                PortMapping(.sctp, hostIP: IPAddress("::"), hostPort: 7, containerPort: 7, range: 2),
                to: pod,
                owner: "uid-3"
            )
    }

    private func commit(_ firewall: borrowing Firewall, _ body: (inout FirewallTransaction) throws -> Void) throws {
        var transaction = FirewallTransaction()
        try body(&transaction)
        try firewall.commit(transaction)
    }

    private func nft(_ arguments: String...) throws -> String {
        try Command(["nft"] + arguments).run().checked().text
    }

    @Test("nft reads the table as it was meant, in words and in JSON") func listing() throws {
        try inPrivateNetwork {
            let firewall = try Firewall()
            try firewall.ensureTable()
            try commit(firewall) {
                $0.add(try network())
                $0.add(try ports())
            }
            let text = try nft("list", "table", "inet", "swiftlet")
            for line in [
                #"elements = { "swiftlet0" comment "network podnet" }"#,
                #"elements = { "swiftlet0" . "swiftlet0" comment "network podnet" }"#,
                #"elements = { 10.91.0.0/16 . 10.91.0.0/16 comment "network podnet" }"#,
                #"elements = { fd00:91::/64 . fd00:91::/64 comment "network podnet" }"#,
                #"elements = { tcp . 8080 comment "uid-1" : 10.91.0.2 . 80 }"#,
                #"elements = { 127.0.0.1 . udp . 53 comment "uid-2" : 10.91.0.2 . 5353 }"#,
                #"tcp . 8080 comment "uid-1" : fd00:91::2 . 80"#,
                #"sctp . 8 comment "uid-3" : fd00:91::2 . 8"#,
                "type filter hook prerouting priority raw; policy accept;",
                "iifname @bridges ip daddr 127.0.0.0/8 drop", "iifname @bridges ip saddr 127.0.0.0/8 drop",
                "type nat hook prerouting priority dstnat; policy accept;",
                "type nat hook output priority -100; policy accept;", "fib daddr type local jump host_ports",
                "type filter hook forward priority filter; policy accept;",
                "iifname . oifname @bridge_pairs accept", "iifname @internal_bridges drop",
                "oifname @internal_bridges drop", "type nat hook postrouting priority srcnat; policy accept;",
                "ip saddr . ip daddr @subnet_pairs4 ct status dnat masquerade",
                "ip6 saddr . ip6 daddr @subnet_pairs6 ct status dnat masquerade",
                "oifname @bridges ip saddr 127.0.0.0/8 masquerade",
                "iifname @bridges oifname != @bridges masquerade",
                "dnat ip to ip daddr . meta l4proto . th dport map @address_ports4",
                "dnat ip to meta l4proto . th dport map @ports4",
                "dnat ip6 to ip6 daddr . meta l4proto . th dport map @address_ports6",
                "dnat ip6 to meta l4proto . th dport map @ports6",
            ] {
                #expect(text.contains(line), "\(line)\n\(text)")
            }
            let json = try JSON.parse(Array(try nft("-j", "list", "table", "inet", "swiftlet").utf8))
            let objects = json["nftables"]?.arrayValue ?? []
            func names(_ kind: String) -> [String] {
                objects.compactMap { $0[kind]?["name"]?.stringValue }.sorted()
            }
            #expect(names("table") == ["swiftlet"])
            #expect(
                names("chain") == ["forward", "host_ports", "loopback_guard", "output", "postrouting", "prerouting"]
            )
            #expect(names("set") == ["bridge_pairs", "bridges", "internal_bridges", "subnet_pairs4", "subnet_pairs6"])
            #expect(names("map") == ["address_ports4", "address_ports6", "ports4", "ports6"])
            #expect(objects.filter { $0["rule"] != nil }.count == 15)
        }
    }

    @Test("Elements come back as they were put, and go; owners with them") func elements() throws {
        try inPrivateNetwork {
            let firewall = try Firewall()
            #expect(try firewall.elements().isEmpty)
            try firewall.ensureTable()
            let all = try network() + ports()
            try commit(firewall) { $0.add(all) }
            #expect(Set(try firewall.elements()) == Set(all))
            try firewall.remove(try ports())
            #expect(Set(try firewall.elements()) == Set(try network()))
            // Some and then all are gone already.
            try firewall.remove(all)
            try firewall.remove(all)
            #expect(try firewall.elements().isEmpty)
            try firewall.removeTable()
            try firewall.remove(all)
        }
    }

    @Test("A transaction holds wholly or not at all, and says what failed") func atomic() throws {
        try inPrivateNetwork {
            let firewall = try Firewall()
            let missing = try #require(throws: NetlinkError.self) {
                try commit(firewall) { $0.add(try network()) }
            }
            #expect(missing.errno == ENOENT && missing.operation == "NFT_MSG_NEWSETELEM")
            try firewall.ensureTable()
            try commit(firewall) { $0.add(try ports()) }
            let error = try #require(throws: NetlinkError.self) {
                try commit(firewall) {
                    $0.add(try network())
                    $0.add(try ports())
                }
            }
            #expect(error.errno == EEXIST && error.subject == "ports4")
            #expect(Set(try firewall.elements()) == Set(try ports()))
        }
    }

    @Test("Making sure of the table keeps its elements and mends its rules; other tables stay") func ensure() throws {
        try inPrivateNetwork {
            for line in ["add table inet netavark", "add table ip swiftlet", "add chain ip swiftlet x"] {
                _ = try Command(["nft"] + line.split(separator: " ").map(String.init)).run().checked()
            }
            let before = try nft("list", "ruleset")
            let firewall = try Firewall()
            #expect(try !firewall.hasTable())
            #expect(try !firewall.removeTable())
            try firewall.ensureTable()
            #expect(try firewall.hasTable())
            try commit(firewall) { $0.add(try ports()) }
            let whole = try nft("-s", "list", "table", "inet", "swiftlet")
            _ = try nft("flush", "chain", "inet", "swiftlet", "loopback_guard")
            _ = try nft("add", "rule", "inet", "swiftlet", "host_ports", "drop")
            try firewall.ensureTable()
            #expect(try nft("-s", "list", "table", "inet", "swiftlet") == whole)
            #expect(try firewall.removeTable())
            #expect(try nft("list", "ruleset") == before)
            // A table of another layout is replaced.
            _ = try nft("add", "table", "inet", "swiftlet")
            _ = try nft("add", "set", "inet", "swiftlet", "bridges", "{ type ipv4_addr; }")
            try firewall.ensureTable()
            try commit(firewall) { $0.add(try ports()) }
            #expect(try nft("-s", "list", "table", "inet", "swiftlet") == whole)
        }
    }

    @Test("A thousand ports are one transaction") func manyPorts() throws {
        try inPrivateNetwork {
            let firewall = try Firewall()
            try firewall.ensureTable()
            let many = FirewallElement.ports(
                PortMapping(hostPort: 20_000, containerPort: 20_000, range: 1000),
                to: [try #require(IPAddress("10.91.0.2"))],
                owner: "0123456789abcdef-0123456789abcdef-0123456789abcdef"
            )
            // The kernel's hash table grows and shrinks behind the transactions, while it is read.
            for _ in 0..<10 {
                try commit(firewall) { $0.add(many) }
                let present = try firewall.elements(of: .ports4)
                #expect(present.count == many.count)
                #expect(Set(present) == Set(many))
                try firewall.remove(many)
                #expect(try firewall.elements().isEmpty)
            }
        }
    }
}
