import Firewall
import Linux
import NetworkSpec
import TestSupport
import Testing

@Suite("Boxes of addresses and ports") struct TrafficBoxTests {
    private func address(_ text: String) throws -> IPAddress { try #require(IPAddress(text)) }

    private func box(_ from: String, _ to: String, _ ports: PortSpan) throws -> TrafficBox {
        TrafficBox(try address(from)...(try address(to)), ports)
    }

    private let http = PortSpan(.tcp, 80...80)
    private let high = PortSpan(.tcp, 81...90)

    @Test("Overlapping boxes become disjoint ones, and neighbours one") func disjoint() throws {
        #expect(TrafficBox.disjoint([]) == [])
        let neighbours = try [box("10.0.0.2", "10.0.0.2", http), box("10.0.0.3", "10.0.0.3", http)]
        #expect(TrafficBox.disjoint(neighbours) == [try box("10.0.0.2", "10.0.0.3", http)])
        let crossing = try [box("10.0.0.0", "10.0.0.9", http), box("10.0.0.5", "10.0.0.20", high)]
        #expect(
            TrafficBox.disjoint(crossing) == [
                try box("10.0.0.0", "10.0.0.4", http), try box("10.0.0.5", "10.0.0.9", PortSpan(.tcp, 80...90)),
                try box("10.0.0.10", "10.0.0.20", high),
            ]
        )
        let all = try box("::", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", .everything)
        #expect(TrafficBox.disjoint([all, try box("fd00::1", "fd00::9", http)]) == [all])
        // A gap in between, and the end of the family.
        let far = try [box("0.0.0.0", "0.0.0.1", http), box("255.255.255.255", "255.255.255.255", http)]
        #expect(TrafficBox.disjoint(far) == far)
    }

    @Test("A block without parts of it", arguments: [
        ("10.0.0.0/8", [], ["10.0.0.0-10.255.255.255"]),
        ("10.0.0.0/8", ["10.0.0.0/8"], []),
        ("10.0.0.0/24", ["10.0.0.0/25"], ["10.0.0.128-10.0.0.255"]),
        ("10.0.0.0/24", ["10.0.0.64/26", "10.0.0.70/32", "10.0.0.255/32"], ["10.0.0.0-10.0.0.63", "10.0.0.128-10.0.0.254"]),
        ("0.0.0.0/0", ["255.0.0.0/8"], ["0.0.0.0-254.255.255.255"]),
        ("fd00::/64", ["fd00::/128"], ["fd00::1-fd00::ffff:ffff:ffff:ffff"]),
    ]) func except(block: String, without: [String], left: [String]) throws {
        let prefix = try #require(IPPrefix(block))
        let ranges = prefix.ranges(except: without.compactMap { IPPrefix($0) })
        #expect(ranges.map { "\($0.lowerBound)-\($0.upperBound)" } == left)
    }
}

@Suite("The table of policies in the kernel", .needsPrivateHost) struct PolicyTableTests {
    private func nft(_ arguments: String...) throws -> String {
        try Command(["nft"] + arguments).run().checked().text
    }

    private func table(_ addresses: [String], peers: ClosedRange<UInt8>) throws -> PolicyTable {
        let pods = addresses.compactMap { IPAddress($0) }
        let from = IPAddress.v4(IPv4Address(10, 0, 0, peers.lowerBound))...IPAddress.v4(IPv4Address(10, 0, 0, peers.upperBound))
        return PolicyTable(
            allowances: [
                .init(.ingress, "default/web"): .init(
                    boxes: [TrafficBox(from, PortSpan(.tcp, 80...80))],
                    pods: [pods[0]: [TrafficBox(from, PortSpan(.udp, 53...53))]]
                ),
                .init(.egress, "default/closed"): .init(),
            ],
            governed: [
                .ingress: Dictionary(uniqueKeysWithValues: pods.map { ($0, ["default/web"]) }), .egress: [pods[0]: ["default/closed"]],
            ]
        )
    }

    @Test("nft reads it as it was meant; elements alone are changed where that is enough; nobody governed, no table") func listing()
        throws
    {
        try inPrivateNetwork {
            let firewall = try Firewall(.policies)
            let first = try table(["10.0.0.2", "fd00::2"], peers: 5...9)
            try firewall.install(first, replacing: nil)
            let text = try nft("list", "table", "inet", "swiftlet_policy")
            for line in [
                "type filter hook forward priority filter + 5; policy accept;", "type filter hook forward priority filter + 6; policy accept;",
                "ct state established,related accept", "icmpv6 type 133-137 accept", "ip saddr . ip daddr @selves4 accept",
                "ip daddr vmap @in_pods4", "ip6 daddr vmap @in_pods6", "ip saddr vmap @out_pods4",
                "elements = { 10.0.0.2 : jump in/default/web }", "elements = { fd00::2 : jump in/default/web }",
                "elements = { 10.0.0.2 : jump out/default/closed }", "elements = { 10.0.0.5-10.0.0.9 . tcp . 80 }",
                "ip saddr . meta l4proto . th dport @in4/default/web accept",
                "elements = { 10.0.0.5-10.0.0.9 . 10.0.0.2 . udp . 53 }",
                "ip saddr . ip daddr . meta l4proto . th dport @in_named4/default/web accept",
            ] { #expect(text.contains(line), "\(line)\n\(text)") }
            let handle = try firewall.tableHandle()
            let second = try table(["10.0.0.2", "10.0.0.3"], peers: 7...12)
            try firewall.install(second, replacing: first)
            #expect(try firewall.tableHandle() == handle)
            let changed = try nft("-s", "list", "table", "inet", "swiftlet_policy")
            #expect(changed.contains("10.0.0.7-10.0.0.12 . tcp . 80") && !changed.contains("10.0.0.5-"))
            // What is installed is not known: made anew, with the same result.
            try firewall.install(second, replacing: nil)
            #expect(try firewall.tableHandle() != handle)
            #expect(try nft("-s", "list", "table", "inet", "swiftlet_policy").count == changed.count)
            // Somebody has flushed it meanwhile.
            _ = try nft("flush", "ruleset")
            try firewall.install(first, replacing: second)
            #expect(try nft("list", "table", "inet", "swiftlet_policy").count == text.count)
            try firewall.install(PolicyTable(), replacing: first)
            try firewall.install(PolicyTable(), replacing: nil)
            #expect(try nft("list", "ruleset") == "")
        }
    }

    @Test("A thousand pods and addresses are one transaction") func large() throws {
        try inPrivateNetwork {
            let firewall = try Firewall(.policies)
            let pods = (0..<1000).map { IPAddress.v4(IPv4Address(10, 1, UInt8($0 / 250), UInt8($0 % 250))) }
            let boxes = pods.enumerated().filter { $0.offset % 2 == 0 }.map { TrafficBox($0.element...$0.element, .everything) }
            let table = PolicyTable(
                allowances: [.init(.ingress, "a/b"): .init(boxes: boxes)],
                governed: [.ingress: Dictionary(uniqueKeysWithValues: pods.map { ($0, ["a/b"]) })]
            )
            try firewall.install(table, replacing: nil)
            let text = try nft("list", "set", "inet", "swiftlet_policy", "in4/a/b")
            #expect(text.contains("10.1.3.248 . 0-255 . 0-65535"))
        }
    }
}
