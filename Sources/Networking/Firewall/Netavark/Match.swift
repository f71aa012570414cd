import CNetlink
import NetworkSpec

/// What rules ask and do, in the steps that nft would make of it, so that nft shows it as it would write it.
enum Match {
    private static let register = NFT_REG_1.rawValue
    private static let second = NFT_REG_2.rawValue

    /// Bits of `ct state` (linux/netfilter/nf_conntrack_common.h, NF_CT_STATE_BIT).
    static let invalid: UInt32 = 1
    static let established: UInt32 = 2 | 4

    // Literals, which are right or never were.
    static let multicast4 = IPPrefix("224.0.0.0/4")!
    static let multicast6 = IPPrefix("ff00::/8")!

    static func bytes(_ number: UInt32) -> [UInt8] { withUnsafeBytes(of: number) { Array($0) } }
    static func bytes(port: UInt16) -> [UInt8] { [UInt8(port >> 8), UInt8(port & 255)] }

    static func family(isIPv4: Bool) -> [FirewallExpression] {
        [
            .meta(key: NFT_META_NFPROTO, into: register),
            .compare(register: register, isEqual: true, to: [UInt8(isIPv4 ? NFPROTO_IPV4 : NFPROTO_IPV6)]),
        ]
    }

    static func source(_ prefix: IPPrefix) -> [FirewallExpression] { address(prefix, isSource: true, isEqual: true) }

    static func source(_ one: IPAddress) -> [FirewallExpression] { address(whole(one), isSource: true, isEqual: true) }

    static func destination(_ prefix: IPPrefix, isEqual: Bool = true) -> [FirewallExpression] {
        address(prefix, isSource: false, isEqual: isEqual)
    }

    static func destination(_ one: IPAddress) -> [FirewallExpression] { destination(whole(one)) }

    private static func whole(_ address: IPAddress) -> IPPrefix {
        // The whole width is a length that every address has.
        IPPrefix(address, length: address.family.width)!
    }

    private static func address(_ prefix: IPPrefix, isSource: Bool, isEqual: Bool) -> [FirewallExpression] {
        let isIPv4 = prefix.address.family == .v4
        let size = isIPv4 ? 4 : 16
        let offset: UInt32 = isIPv4 ? (isSource ? 12 : 16) : (isSource ? 8 : 24)
        let network = prefix.network.address.bytes
        // Whole bytes are compared as such, as nft does.
        let isWhole = prefix.length % 8 == 0 && prefix.length > 0
        let length = isWhole ? prefix.length / 8 : size
        var steps = family(isIPv4: isIPv4)
        steps.append(
            .payload(base: NFT_PAYLOAD_NETWORK_HEADER, offset: offset, length: UInt32(length), into: register)
        )
        if !isWhole {
            let mask = (0..<size).map { index -> UInt8 in
                let bits = max(0, min(8, prefix.length - index * 8))
                return UInt8(truncatingIfNeeded: 0xff << (8 - bits))
            }
            steps.append(.bits(register: register, mask: mask, flip: [UInt8](repeating: 0, count: size)))
        }
        steps.append(.compare(register: register, isEqual: isEqual, to: Array(network.prefix(length))))
        return steps
    }

    static func interface(_ key: nft_meta_keys, _ name: String, isEqual: Bool = true) -> [FirewallExpression] {
        let text = Array(name.utf8.prefix(15))
        return [
            .meta(key: key, into: register),
            .compare(
                register: register,
                isEqual: isEqual,
                to: text + [UInt8](repeating: 0, count: 16 - text.count)
            ),
        ]
    }

    static let toTheHost: [FirewallExpression] = [
        .destinationType(into: register),
        .compare(register: register, isEqual: true, to: bytes(UInt32(RTN_LOCAL))),
    ]

    static let tcpOrUDP: [FirewallExpression] = [
        .meta(key: NFT_META_L4PROTO, into: register),
        .oneOf(register: register, field: .transportProtocol, values: [[6], [17]]),
    ]

    static func transport(_ transport: PortMapping.TransportProtocol) -> [FirewallExpression] {
        [
            .meta(key: NFT_META_L4PROTO, into: register),
            .compare(register: register, isEqual: true, to: transport.number),
        ]
    }

    private static let loadPort = FirewallExpression.payload(
        base: NFT_PAYLOAD_TRANSPORT_HEADER,
        offset: 2,
        length: 2,
        into: register
    )

    static func port(_ port: UInt16) -> [FirewallExpression] {
        [loadPort, .compare(register: register, isEqual: true, to: bytes(port: port))]
    }

    static func ports(_ first: UInt16, through last: UInt16) -> [FirewallExpression] {
        if first == last { return port(first) }
        return [loadPort, .between(register: register, first: bytes(port: first), last: bytes(port: last))]
    }

    static func connectionState(_ mask: UInt32) -> [FirewallExpression] {
        [
            .connection(key: NFT_CT_STATE, into: register),
            .bits(register: register, mask: bytes(mask), flip: bytes(0)),
            .compare(register: register, isEqual: false, to: bytes(0)),
        ]
    }

    /// `meta mark & M == M` of the packets to masquerade.
    static let marked: [FirewallExpression] =
        [.meta(key: NFT_META_MARK, into: register)] + has(NetavarkLayout.masqueradeMark)

    /// The same of connections that were forwarded.
    static let forwarded: [FirewallExpression] =
        [.connection(key: NFT_CT_MARK, into: register)] + has(NetavarkLayout.forwardedMark)

    private static func has(_ mark: UInt32) -> [FirewallExpression] {
        [
            .bits(register: register, mask: bytes(mark), flip: bytes(0)),
            .compare(register: register, isEqual: true, to: bytes(mark)),
        ]
    }

    /// `meta mark | M` in the register.
    private static func markWith(_ mark: UInt32) -> [FirewallExpression] {
        [
            .meta(key: NFT_META_MARK, into: register),
            .bits(register: register, mask: bytes(~mark), flip: bytes(mark)),
        ]
    }

    static func mark(_ mark: UInt32) -> [FirewallExpression] {
        markWith(mark) + [.setMeta(key: NFT_META_MARK, from: register)]
    }

    static let markForwarded: [FirewallExpression] =
        markWith(NetavarkLayout.forwardedMark) + [.setConnection(key: NFT_CT_MARK, from: register)]

    static func redirect(to address: IPAddress, port: UInt16) -> [FirewallExpression] {
        [
            .immediate(register: register, address.bytes),
            .immediate(register: second, bytes(port: port)),
            .destinationNAT(isIPv4: address.family == .v4, address: register, port: second),
        ]
    }
}
