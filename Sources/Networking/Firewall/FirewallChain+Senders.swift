import CNetlink

extension FirewallChain {
    private static let register1 = NFT_REG_1.rawValue
    /// Behind a name in `register1`.
    private static let register2 = NFT_REG_2.rawValue

    /// What comes into a bridge by a guarded port comes from who is there: hardware address, address, and what ARP and
    /// neighbour discovery say of both. The last rule drops what is neither IP nor ARP, also what has a VLAN's tag, which no
    /// other rule of the host would look into.
    ///
    /// There is no exception for DHCP: pods' addresses are leased by the agent.
    static let senders = FirewallChain(
        name: "senders",
        // NF_BR_PRE_ROUTING.
        hook: Hook(type: "filter", number: 0, priority: -300),
        rules: [
            [portName, .inSet(.guardedPorts, key: register1, isMember: false), .verdict(NF_ACCEPT)],
            // The frame's own source.
            unless(.senderMACs, NFT_PAYLOAD_LL_HEADER, offset: 6, length: 6),
            frames(of: ipv4) + unless(.senders4, NFT_PAYLOAD_NETWORK_HEADER, offset: 12, length: 4),
            frames(of: ipv4) + [.verdict(NF_ACCEPT)],
            // ARP of Ethernet and IPv4: the sender's hardware address, then its address; none (RFC 5227's probe) does no harm.
            frames(of: arp) + unless(.senderMACs, NFT_PAYLOAD_NETWORK_HEADER, offset: 8, length: 6),
            frames(of: arp) + [
                .payload(base: NFT_PAYLOAD_NETWORK_HEADER, offset: 14, length: 4, into: register1),
                .compare(register: register1, isEqual: true, to: [0, 0, 0, 0]),
                .verdict(NF_ACCEPT),
            ],
            frames(of: arp) + unless(.senders4, NFT_PAYLOAD_NETWORK_HEADER, offset: 14, length: 4),
            frames(of: arp) + [.verdict(NF_ACCEPT)],
            // A neighbour advertisement (RFC 4861, 4.4): the address that it is about.
            frames(of: ipv6) + message(136...136) + unless(.senders6, NFT_PAYLOAD_TRANSPORT_HEADER, offset: 8, length: 16),
            // From ::, which has no address yet: duplicate address detection and the solicitation of routers (133, 135),
            // membership of groups (131, 132, 143).
            frames(of: ipv6) + unspecified + message(133...135) + [.verdict(NF_ACCEPT)],
            frames(of: ipv6) + unspecified + message(131...132) + [.verdict(NF_ACCEPT)],
            frames(of: ipv6) + unspecified + message(143...143) + [.verdict(NF_ACCEPT)],
            frames(of: ipv6) + unless(.senders6, NFT_PAYLOAD_NETWORK_HEADER, offset: 8, length: 16),
            frames(of: ipv6) + [.verdict(NF_ACCEPT)],
            [.verdict(NF_DROP)],
        ]
    )

    private static let portName = FirewallExpression.meta(key: NFT_META_IIFNAME, into: register1)

    private static let (ipv4, arp, ipv6): ([UInt8], [UInt8], [UInt8]) = ([0x08, 0x00], [0x08, 0x06], [0x86, 0xdd])

    /// The type as the frame has it; that of a tag, where there is one.
    private static func frames(of type: [UInt8]) -> [FirewallExpression] {
        [
            .payload(base: NFT_PAYLOAD_LL_HEADER, offset: 12, length: 2, into: register1),
            .compare(register: register1, isEqual: true, to: type),
        ]
    }

    /// Drops unless the port and these bytes of the packet are in a set.
    private static func unless(
        _ set: FirewallSet,
        _ base: nft_payload_bases,
        offset: UInt32,
        length: UInt32
    ) -> [FirewallExpression] {
        [
            portName,
            .payload(base: base, offset: offset, length: length, into: register2),
            .inSet(set, key: register1, isMember: false),
            .verdict(NF_DROP),
        ]
    }

    /// Messages of ICMPv6 of these types.
    private static func message(_ types: ClosedRange<UInt8>) -> [FirewallExpression] {
        [
            .meta(key: NFT_META_L4PROTO, into: register1),
            .compare(register: register1, isEqual: true, to: [58]),
            .payload(base: NFT_PAYLOAD_TRANSPORT_HEADER, offset: 0, length: 1, into: register1),
            .between(register: register1, first: [types.lowerBound], last: [types.upperBound]),
        ]
    }

    private static let unspecified: [FirewallExpression] = [
        .payload(base: NFT_PAYLOAD_NETWORK_HEADER, offset: 8, length: 16, into: register1),
        .compare(register: register1, isEqual: true, to: [UInt8](repeating: 0, count: 16)),
    ]
}
