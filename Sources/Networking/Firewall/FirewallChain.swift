import CNetlink

/// A chain of the table with its rules.
struct FirewallChain: Sendable, Hashable {
    /// Where a chain hangs in the packets' way.
    struct Hook: Sendable, Hashable {
        let type: String
        let number: UInt32
        let priority: Int32
    }

    let name: String
    /// Nil for a chain that others jump to.
    var hook: Hook?
    var rules: [[FirewallExpression]]
}

extension FirewallChain {
    private static let register1 = NFT_REG_1.rawValue
    private static let register2 = NFT_REG_2.rawValue

    /// What claims to come from or go to 127.0.0.0/8 on the wire is forged. `route_localnet`, which host ports on
    /// 127.0.0.1 need, would let it reach services of the host that listen on loopback only (CVE-2020-8558). This
    /// is before connection tracking: the answers of pods to connections over loopback are addressed to the bridge.
    static let loopbackGuard = FirewallChain(
        name: "loopback_guard",
        hook: Hook(type: "filter", number: NF_INET_PRE_ROUTING.rawValue, priority: -300),
        rules: [
            cameByBridge + loopback(isSource: false) + [.verdict(NF_DROP)],
            cameByBridge + loopback(isSource: true) + [.verdict(NF_DROP)],
        ]
    )

    /// Internal networks: nothing in, nothing out, in both families. Packets within a bridge come by here where
    /// br_netfilter is loaded.
    static let forwarding = FirewallChain(
        name: "forward",
        hook: Hook(type: "filter", number: NF_INET_FORWARD.rawValue, priority: 0),
        rules: [
            withinBridge + [.verdict(NF_ACCEPT)],
            cameByBridge(of: .internalBridges) + [.verdict(NF_DROP)],
            leavesByBridge(of: .internalBridges, isMember: true) + [.verdict(NF_DROP)],
        ]
    )

    /// All chains of the agent's own table. A network or pod never changes them.
    static let all: [FirewallChain] = [
        loopbackGuard,
        // From outside and from pods.
        FirewallChain(
            name: "prerouting",
            hook: Hook(type: "nat", number: NF_INET_PRE_ROUTING.rawValue, priority: -100),
            rules: [toTheHost + [.jump("host_ports")]]
        ),
        // From the host itself.
        FirewallChain(
            name: "output",
            hook: Hook(type: "nat", number: NF_INET_LOCAL_OUT.rawValue, priority: -100),
            rules: [toTheHost + [.jump("host_ports")]]
        ),
        forwarding,
        FirewallChain(
            name: "postrouting",
            hook: Hook(type: "nat", number: NF_INET_POST_ROUTING.rawValue, priority: 100),
            rules: [
                // A pod that reaches its neighbour or itself through a host port: the answer must come back this way,
                // not straight over the bridge. Told by the addresses, because with br_netfilter the packet never leaves
                // the bridge and has no input interface here.
                withinSubnet(isIPv4: true) + isRedirected + [.masquerade],
                withinSubnet(isIPv4: false) + isRedirected + [.masquerade],
                // From the host over 127.0.0.1: a pod could not answer to that address.
                leavesByBridge(of: .bridges, isMember: true) + loopback(isSource: true) + [.masquerade],
                cameByBridge + leavesByBridge(of: .bridges, isMember: false) + [.masquerade],
            ]
        ),
        FirewallChain(
            name: "host_ports",
            hook: nil,
            rules: [
                redirect(isIPv4: true, by: .addressPorts4),
                redirect(isIPv4: true, by: .ports4),
                redirect(isIPv4: false, by: .addressPorts6),
                redirect(isIPv4: false, by: .ports6),
            ]
        ),
    ]

    private static let cameByBridge = cameByBridge(of: .bridges)

    private static func cameByBridge(of set: FirewallSet) -> [FirewallExpression] {
        [.meta(key: NFT_META_IIFNAME, into: register1), .inSet(set, key: register1, isMember: true)]
    }

    private static func leavesByBridge(of set: FirewallSet, isMember: Bool) -> [FirewallExpression] {
        [.meta(key: NFT_META_OIFNAME, into: register1), .inSet(set, key: register1, isMember: isMember)]
    }

    /// Came by one of our bridges and leaves by the same.
    private static let withinBridge: [FirewallExpression] = [
        .meta(key: NFT_META_IIFNAME, into: register1),
        .meta(key: NFT_META_OIFNAME, into: register2),
        .inSet(.bridgePairs, key: register1, isMember: true),
    ]

    static func isFamily(isIPv4: Bool) -> [FirewallExpression] {
        [
            .meta(key: NFT_META_NFPROTO, into: register1),
            .compare(register: register1, isEqual: true, to: [UInt8(isIPv4 ? NFPROTO_IPV4 : NFPROTO_IPV6)]),
        ]
    }

    /// Source and destination are addresses of one network.
    private static func withinSubnet(isIPv4: Bool) -> [FirewallExpression] {
        isFamily(isIPv4: isIPv4) + [
            .payload(
                base: NFT_PAYLOAD_NETWORK_HEADER,
                offset: isIPv4 ? 12 : 8,
                length: isIPv4 ? 4 : 16,
                into: NFT_REG32_00.rawValue
            ),
            .payload(
                base: NFT_PAYLOAD_NETWORK_HEADER,
                offset: isIPv4 ? 16 : 24,
                length: isIPv4 ? 4 : 16,
                into: NFT_REG32_00.rawValue + (isIPv4 ? 1 : 4)
            ),
            .inSet(isIPv4 ? .subnetPairs4 : .subnetPairs6, key: NFT_REG32_00.rawValue, isMember: true),
        ]
    }

    /// The source or destination lies in 127.0.0.0/8: the first byte says it. (::1 on the wire is refused by the kernel.)
    private static func loopback(isSource: Bool) -> [FirewallExpression] {
        isFamily(isIPv4: true) + [
            .payload(base: NFT_PAYLOAD_NETWORK_HEADER, offset: isSource ? 12 : 16, length: 1, into: register1),
            .compare(register: register1, isEqual: true, to: [127]),
        ]
    }

    /// Addressed to an address of the host.
    private static let toTheHost: [FirewallExpression] = [
        .destinationType(into: register1),
        .compare(register: register1, isEqual: true, to: bytes(UInt32(RTN_LOCAL))),
    ]

    /// The connection's destination has been changed.
    private static let isRedirected: [FirewallExpression] = [
        .connection(key: NFT_CT_STATUS, into: register1),
        .bits(register: register1, mask: bytes(UInt32(IPS_DST_NAT.rawValue)), flip: bytes(0)),
        .compare(register: register1, isEqual: false, to: bytes(0)),
    ]

    /// Looks the host's (address,) protocol and port up in a map, and sends the connection where it says.
    private static func redirect(isIPv4: Bool, by map: FirewallSet) -> [FirewallExpression] {
        let withAddress = map == .addressPorts4 || map == .addressPorts6
        let addressSize: UInt32 = isIPv4 ? 4 : 16
        // The fields lie side by side, in registers of four bytes.
        let first = NFT_REG32_00.rawValue
        let rest = first + (withAddress ? addressSize / 4 : 0)
        let address: [FirewallExpression] = [
            .payload(base: NFT_PAYLOAD_NETWORK_HEADER, offset: isIPv4 ? 16 : 24, length: addressSize, into: first)
        ]
        return isFamily(isIPv4: isIPv4) + (withAddress ? address : []) + [
            .meta(key: NFT_META_L4PROTO, into: rest),
            // TCP, UDP and SCTP all have the destination port in bytes 2 and 3; other protocols are not in the map.
            .payload(base: NFT_PAYLOAD_TRANSPORT_HEADER, offset: 2, length: 2, into: rest + 1),
            .fromMap(map, key: first, into: first),
            .destinationNAT(isIPv4: isIPv4, address: first, port: first + addressSize / 4),
        ]
    }

    /// A number as registers hold it.
    private static func bytes(_ number: UInt32) -> [UInt8] { withUnsafeBytes(of: number) { Array($0) } }
}
