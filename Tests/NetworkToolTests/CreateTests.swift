import JSONCoding
import Linux
import TestSupport
import Testing

@Suite("The command create", .needsPrivateHost) struct CreateTests {
    private static let id = String(repeating: "a1", count: 32)

    private func create(
        _ members: String = "",
        name: String = "net1",
        driver: String = "bridge",
        flags: String = #""dns_enabled":false,"internal":false,"ipv6_enabled":false"#,
        used: String = #"{"interfaces":[],"names":{},"subnets":[]}"#
    ) throws -> Command.Outcome {
        let request = """
            {"network":{"name":"\(name)","id":"\(Self.id)","driver":"\(driver)",\(flags)\(members)},"used":\(used),
             "options":{"subnet_pools":[{"base":"10.89.0.0/23","size":24}],"default_interface_name":"podman",
             "check_used_subnets":true}}
            """
        return try inPrivateNetwork {
            try Command([TestBinaries.networkTool, "create"], input: Array(request.utf8)).run()
        }
    }

    private func refusal(_ outcome: Command.Outcome) throws -> String? {
        #expect(outcome.status == .exited(1))
        return try JSON.parse(outcome.output)["error"]?.stringValue
    }

    @Test("Interface, subnet, gateway, address management and the time are chosen") func chosen() throws {
        let network = try JSON.parse(
            try create(used: #"{"interfaces":["podman0"],"names":{"other":"x"},"subnets":["10.89.0.0/24"]}"#).checked().output)
        #expect(network["network_interface"]?.stringValue == "podman1")
        #expect(network["subnets"]?[0]?["subnet"]?.stringValue == "10.89.1.0/24")
        #expect(network["subnets"]?[0]?["gateway"]?.stringValue == "10.89.1.1")
        #expect(network["ipam_options"]?["driver"]?.stringValue == "host-local")
        #expect(network["created"]?.stringValue?.hasSuffix("Z") == true)
        let both = try JSON.parse(
            try create(flags: #""dns_enabled":true,"internal":false,"ipv6_enabled":true"#).checked().output)
        #expect(both["subnets"]?[1]?["subnet"]?.stringValue?.hasPrefix("fd") == true)
        let shared = try JSON.parse(try create(#","network_interface":"lo""#, driver: "macvlan").checked().output)
        #expect(shared["ipam_options"]?["driver"]?.stringValue == "dhcp")
    }

    @Test("What is wrong is refused", arguments: [
        (#","subnets":[{"subnet":"10.1.0.0/24","gateway":"10.2.0.1"}]"#, "gateway 10.2.0.1 not in subnet 10.1.0.0/24"),
        (#","subnets":[{"subnet":"10.1.0.0/24"},{"subnet":"10.1.0.0/24"}]"#, "duplicate subnet defined: 10.1.0.0/24"),
        (#","subnets":[{"subnet":"10.9.0.128/25"}]"#, "subnet 10.9.0.128/25 is already used on the host or by another config"),
        (#","subnets":[{"subnet":"10.1.0.0/32"}]"#,
            "could not create gateway for subnet 10.1.0.0/32 because it has a 31 or greater subnet prefix"),
        (#","options":{"mtu":"abc"}"#, #"unable to parse "mtu": invalid digit found in string"#),
        (#","options":{"colour":"red"}"#, "unsupported bridge network option: colour"),
        (#","network_interface":"taken""#, "bridge name taken already in use"),
        (#","ipam_options":{"driver":"none"},"subnets":[{"subnet":"10.1.0.0/24"}]"#, "None ipam driver is set but subnets are given"),
        (#","network_dns_servers":["192.0.2.1"]"#, "cannot set NetworkDNSServers if DNS is not enabled for the network"),
        (#","routes":[{"destination":"10.1.0.0/24"}]"#, "route 10.1.0.0/24 requires a gateway for type unicast"),
    ]) func refused(members: String, words: String) throws {
        let used = #"{"interfaces":["taken"],"names":{"old":"x"},"subnets":["10.9.0.0/24"]}"#
        #expect(try refusal(create(members, used: used)) == words)
        #expect(try refusal(create(name: "old", used: used)) == "network already exists old")
    }

    @Test("With no subnet left it says so") func exhausted() throws {
        let outcome = try create(used: #"{"interfaces":[],"names":{},"subnets":["10.89.0.0/16"]}"#)
        #expect(try refusal(outcome) == "could not find free subnet from subnet pools")
    }
}
