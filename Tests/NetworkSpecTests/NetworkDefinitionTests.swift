import JSONCoding
import NetworkSpec
import Testing

@Suite("Network definitions") struct NetworkDefinitionTests {
    /// As podman 5.8 wrote it into netavark's standard input.
    static let podmans = """
        {"name":"t1","id":"cda030fb53c9","driver":"bridge","network_interface":"podman1",
        "created":"2026-11-23T04:54:11.13301237Z",
        "subnets":[{"subnet":"10.89.0.0/24","gateway":"10.89.0.1",
                    "lease_range":{"start_ip":"10.89.0.10","end_ip":"10.89.0.20"}},
                   {"subnet":"fd00:1::/64"}],
        "routes":[{"destination":"10.99.0.0/16","gateway":"10.89.0.254","metric":5}],
        "ipv6_enabled":true,"internal":false,"dns_enabled":true,"network_dns_servers":["9.9.9.9"],
        "labels":{"a":"b"},"options":{"mtu":"1400","isolate":"false"},"ipam_options":{"driver":"host-local"}}
        """

    @Test("podman's own definition is read whole, and read again from what is written") func podman() throws {
        let definition = try NetworkDefinition.decode(Array(Self.podmans.utf8))
        #expect(definition.name == "t1")
        #expect(definition.networkInterface == "podman1")
        #expect(definition.subnets.count == 2)
        #expect(definition.subnets[0].leaseRange?.end == IPAddress("10.89.0.20"))
        #expect(definition.routes.first?.metric == 5)
        #expect(definition.dnsServers == [try #require(IPAddress("9.9.9.9"))])
        #expect(definition.dnsEnabled && definition.ipv6Enabled && !definition.isInternal)
        #expect(try BridgeOptions(definition.options).mtu == 1400)
        let again = try NetworkDefinition.decode(try JSON.encode(definition))
        #expect(again == definition)
    }

    /// What is put into the definition, the path that the error names, and a word of its message.
    static let faults: [(member: String, path: String, word: String)] = [
        (#""driver":"macvtap""#, "driver", "macvtap"),
        (#""name":"../x""#, "name", "../x"),
        (#""network_interface":"an-interface-name-of-40-letters""#, "network_interface", "1 to 15 bytes"),
        (#""network_interface":"a/b""#, "network_interface", "a/b"),
        (#""subnets":[]"#, "subnets", "at least one"),
        (#""subnets":[{"subnet":"10.0.0.0"}]"#, "subnets[0].subnet", "no room"),
        (#""subnets":[{"subnet":"ten/8"}]"#, "subnets[0].subnet", "ten/8"),
        (#""subnets":[{"subnet":"10.0.0.1/24"}]"#, "subnets[0].subnet", "10.0.0.0/24"),
        (#""subnets":[{"subnet":"fd00::/64"}]"#, "subnets[0].subnet", "ipv6_enabled"),
        (#""subnets":[{"gateway":"10.0.0.1"}]"#, "subnets[0].subnet", "missing"),
        (#""subnets":[{"subnet":"10.0.0.0/24","gateway":"10.0.1.1"}]"#, "subnets[0].gateway", "10.0.1.1"),
        (#""subnets":[{"subnet":"10.0.0.0/24","gateway":"10.0.0.255"}]"#, "subnets[0].gateway", "10.0.0.255"),
        (#""subnets":[{"subnet":"10.0.0.0/24","size":1}]"#, "subnets[0].size", "unknown"),
        (
            #""subnets":[{"subnet":"10.0.0.0/24","lease_range":{"start_ip":"10.1.0.0"}}]"#,
            "subnets[0].lease_range.start_ip", "10.1.0.0"
        ),
        (
            #""subnets":[{"subnet":"10.0.0.0/24","lease_range":{"start_ip":"10.0.0.9","end_ip":"10.0.0.8"}}]"#,
            "subnets[0].lease_range", "after"
        ),
        (
            #""subnets":[{"subnet":"10.0.0.0/24"},{"subnet":"10.0.0.128/25"}]"#, "subnets[1].subnet", "overlaps"
        ),
        (#""routes":[{"destination":"10.9.0.0/16","gateway":"10.8.0.1"}]"#, "routes[0].gateway", "10.8.0.1"),
        (#""options":{"vlan":"7"}"#, "options.vlan", "not served"),
        (#""options":{"mtu":"big"}"#, "options.mtu", "big"),
        (#""options":{"speed":"1"}"#, "options.speed", "unknown"),
        (#""ipam_options":{"driver":"dhcp"}"#, "ipam_options.driver", "dhcp"),
        (#""internal":"yes""#, "internal", "boolean"),
        (#""network_dns_servers":["9.9.9"]"#, "network_dns_servers[0]", "9.9.9"),
        (#""intrenal":true"#, "intrenal", "unknown"),
    ]

    @Test("A fault is named with its path and position", arguments: faults)
    func fault(member: String, path: String, word: String) throws {
        var members = [
            "name": #""name":"n""#, "driver": #""driver":"bridge""#,
            "subnets": #""subnets":[{"subnet":"10.0.0.0/24"}]"#,
        ]
        let key = String(member.dropFirst().prefix { $0 != "\"" })
        members[key] = member
        let text = "{\n" + members.values.joined(separator: ",\n") + "}"
        let error = try #require(throws: NetworkDefinitionError.self) {
            try NetworkDefinition.decode(Array(text.utf8))
        }
        #expect(error.path == path)
        #expect(error.message.contains(word))
        #expect((error.position?.line ?? 0) > 1)
    }

    @Test("What needs a bridge is refused of other drivers", arguments: [
        (#""internal":true"#, "internal", "no_default_route"), (#""dns_enabled":true"#, "dns_enabled", "network_dns_servers"),
        (#""ipv6_enabled":true"#, "ipv6_enabled", "subnet of IPv6"), (#""options":{"mode":"l2"}"#, "options.mode", "passthru"),
        (#""options":{"mode":"source"}"#, "options.mode", "vepa"), (#""options":{"parent":"eth0"}"#, "options.parent", "network_interface"),
        (#""options":{"isolate":"true"}"#, "options.isolate", "unknown option of macvlan"), (#""options":{"bclim":"x"}"#, "options.bclim", "number"),
        (#""options":{"mtu":"9"}"#, "options.mtu", "68"), (#""options":{"no_default_route":"no"}"#, "options.no_default_route", "neither"),
        (#""ipam_options":{"driver":"dhcp"}"#, "ipam_options.driver", "host-local"), (#""subnets":[]"#, "subnets", "at least one"),
    ])
    func sharedLinks(member: String, path: String, word: String) throws {
        let subnets = member.contains("subnets") ? "" : #","subnets":[{"subnet":"10.0.0.0/24"}]"#
        let error = try #require(throws: NetworkDefinitionError.self) {
            try NetworkDefinition.decode(Array(#"{"name":"lan","driver":"macvlan",\#(member)\#(subnets)}"#.utf8))
        }
        #expect(error.path == path)
        #expect(error.message.contains(word), "\(error.message)")
        #expect((error.position?.column ?? 0) > 1)
    }

    @Test("Options of macvlan and ipvlan") func sharedLinkOptions() throws {
        let macvlan = try SharedLinkOptions(["mode": "vepa", "bclim": "-1", "mtu": "1400", "no_default_route": "1"], driver: "macvlan")
        #expect(macvlan.mode == .macvlan(2) && macvlan.broadcastLimit == -1 && macvlan.mtu == 1400 && macvlan.noDefaultRoute)
        #expect(try SharedLinkOptions([:], driver: "macvlan").mode == .macvlan(4))
        #expect(try SharedLinkOptions(["mode": "l3s"], driver: "ipvlan").mode == .ipvlan(2))
        #expect(throws: NetworkDefinitionError.self) { try SharedLinkOptions(["bclim": "1"], driver: "ipvlan") }
    }

    @Test("Broken JSON and duplicate keys have a position too") func broken() throws {
        for text in ["", "{", "[1,]", #"{"name":"a","name":"b"}"#] {
            let error = try #require(throws: NetworkDefinitionError.self) {
                try NetworkDefinition.decode(Array(text.utf8))
            }
            #expect(error.position != nil)
        }
    }

    @Test("Port mappings in podman's form") func portMapping() throws {
        let text = #"{"host_ip":"","container_port":9000,"host_port":9100,"range":3,"protocol":"udp"}"#
        let mapping = try JSON.decode(PortMapping.self, from: Array(text.utf8))
        #expect(mapping == PortMapping(.udp, hostPort: 9100, containerPort: 9000, range: 3))
        #expect(String(decoding: try JSON.encode(mapping), as: UTF8.self) == text)
        let outside = #"{"host_ip":"::1","container_port":65535,"host_port":1,"range":2,"protocol":"tcp"}"#
        #expect(throws: JSONTypeError.self) { try JSON.decode(PortMapping.self, from: Array(outside.utf8)) }
    }
}
