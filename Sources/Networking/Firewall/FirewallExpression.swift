import CNetlink
import Netlink

/// A step of a rule, as nf_tables runs it: load into a register, compare, look up, decide.
///
/// Registers are those of sixteen bytes, `NFT_REG_1`…`NFT_REG_4`, or of four, `NFT_REG32_00`….
enum FirewallExpression: Sendable, Hashable {
    /// Loads what is known of the packet beside its bytes.
    case meta(key: nft_meta_keys, into: UInt32)
    /// Loads bytes of the packet.
    case payload(base: nft_payload_bases, offset: UInt32, length: UInt32, into: UInt32)
    /// Loads what connection tracking knows.
    case connection(key: nft_ct_keys, into: UInt32)
    /// Loads the type of the destination address: unicast, local, broadcast….
    case destinationType(into: UInt32)
    /// Keeps the bits of a mask, then turns those of another over: `register & mask ^ flip`.
    case bits(register: UInt32, mask: [UInt8], flip: [UInt8])
    /// Goes on if the register has the bytes, or has not.
    case compare(register: UInt32, isEqual: Bool, to: [UInt8])
    /// Goes on if the register's bytes, read as a number in network order, lie between two others; both belong to it.
    case between(register: UInt32, first: [UInt8], last: [UInt8])
    /// Goes on if the register has one of the values. They become a set without a name, which lives as long as the rule.
    case oneOf(register: UInt32, field: FirewallSet.Field, values: [[UInt8]])
    /// Goes on if the set has the key, or has not.
    case inSet(FirewallSet, key: UInt32, isMember: Bool)
    /// Goes on if the set of policies has the key.
    case inNamedSet(String, key: UInt32)
    /// Does what a map of policies says for the key; without one the rule ends.
    case verdictFrom(map: String, key: UInt32)
    /// Loads a map's value for the key; without one the rule ends.
    case fromMap(FirewallSet, key: UInt32, into: UInt32)
    /// Loads bytes that the rule brings along.
    case immediate(register: UInt32, [UInt8])
    /// Sets what is known of the packet beside its bytes.
    case setMeta(key: nft_meta_keys, from: UInt32)
    /// Sets what connection tracking knows.
    case setConnection(key: nft_ct_keys, from: UInt32)
    /// Sends the connection to the address and port in registers.
    case destinationNAT(isIPv4: Bool, address: UInt32, port: UInt32)
    /// Gives the connection the address in a register.
    case sourceNAT(isIPv4: Bool, address: UInt32)
    /// Gives the connection the host's address.
    case masquerade
    /// Ends with a verdict of netfilter's, NF_DROP or NF_ACCEPT.
    case verdict(Int32)
    /// Goes on in another chain, and comes back.
    case jump(String)

    private var name: String {
        switch self {
        case .meta, .setMeta: "meta"
        case .payload: "payload"
        case .connection, .setConnection: "ct"
        case .destinationType: "fib"
        case .bits: "bitwise"
        case .compare: "cmp"
        case .between: "range"
        case .oneOf, .inSet, .inNamedSet, .verdictFrom, .fromMap: "lookup"
        case .destinationNAT, .sourceNAT: "nat"
        case .masquerade: "masq"
        case .immediate, .verdict, .jump: "immediate"
        }
    }

    /// The name that a set without a name has in the message that makes it; the kernel puts a number in.
    static let unnamedSet = "__set%d"

    /// Adds the expression to a rule's list.
    ///
    /// - Parameter set: The number, within the transaction, of the set that a `oneOf` needs.
    func put(into message: inout NetlinkMessageBuilder, set: UInt32 = 0) {
        message.nest(NFTA_LIST_ELEM.rawValue) { element in
            element.put(NFTA_EXPR_NAME.rawValue, name)
            element.nest(NFTA_EXPR_DATA.rawValue) { putData(&$0, set: set) }
        }
    }

    private func putData(_ data: inout NetlinkMessageBuilder, set: UInt32) {
        switch self {
        case .meta(let key, let register):
            data.put(NFTA_META_DREG.rawValue, network: register)
            data.put(NFTA_META_KEY.rawValue, network: key.rawValue)
        case .payload(let base, let offset, let length, let register):
            data.put(NFTA_PAYLOAD_DREG.rawValue, network: register)
            data.put(NFTA_PAYLOAD_BASE.rawValue, network: base.rawValue)
            data.put(NFTA_PAYLOAD_OFFSET.rawValue, network: offset)
            data.put(NFTA_PAYLOAD_LEN.rawValue, network: length)
        case .connection(let key, let register):
            data.put(NFTA_CT_DREG.rawValue, network: register)
            data.put(NFTA_CT_KEY.rawValue, network: key.rawValue)
        case .destinationType(let register):
            data.put(NFTA_FIB_DREG.rawValue, network: register)
            data.put(NFTA_FIB_RESULT.rawValue, network: NFT_FIB_RESULT_ADDRTYPE.rawValue)
            data.put(NFTA_FIB_FLAGS.rawValue, network: NFTA_FIB_F_DADDR.rawValue)
        case .bits(let register, let mask, let flip):
            data.put(NFTA_BITWISE_SREG.rawValue, network: register)
            data.put(NFTA_BITWISE_DREG.rawValue, network: register)
            data.put(NFTA_BITWISE_LEN.rawValue, network: UInt32(mask.count))
            data.nest(NFTA_BITWISE_MASK.rawValue) { $0.put(NFTA_DATA_VALUE.rawValue, bytes: mask) }
            data.nest(NFTA_BITWISE_XOR.rawValue) { $0.put(NFTA_DATA_VALUE.rawValue, bytes: flip) }
        case .compare(let register, let isEqual, let bytes):
            data.put(NFTA_CMP_SREG.rawValue, network: register)
            data.put(NFTA_CMP_OP.rawValue, network: (isEqual ? NFT_CMP_EQ : NFT_CMP_NEQ).rawValue)
            data.nest(NFTA_CMP_DATA.rawValue) { $0.put(NFTA_DATA_VALUE.rawValue, bytes: bytes) }
        case .between(let register, let first, let last):
            data.put(NFTA_RANGE_SREG.rawValue, network: register)
            data.put(NFTA_RANGE_OP.rawValue, network: NFT_RANGE_EQ.rawValue)
            data.nest(NFTA_RANGE_FROM_DATA.rawValue) { $0.put(NFTA_DATA_VALUE.rawValue, bytes: first) }
            data.nest(NFTA_RANGE_TO_DATA.rawValue) { $0.put(NFTA_DATA_VALUE.rawValue, bytes: last) }
        case .oneOf(let register, _, _):
            data.put(NFTA_LOOKUP_SET.rawValue, Self.unnamedSet)
            data.put(NFTA_LOOKUP_SREG.rawValue, network: register)
            data.put(NFTA_LOOKUP_SET_ID.rawValue, network: set)
        case .inSet(let set, let key, let isMember):
            data.put(NFTA_LOOKUP_SET.rawValue, set.rawValue)
            data.put(NFTA_LOOKUP_SREG.rawValue, network: key)
            if !isMember { data.put(NFTA_LOOKUP_FLAGS.rawValue, network: UInt32(NFT_LOOKUP_F_INV.rawValue)) }
        case .inNamedSet(let set, let key):
            data.put(NFTA_LOOKUP_SET.rawValue, set)
            data.put(NFTA_LOOKUP_SREG.rawValue, network: key)
        case .verdictFrom(let map, let key):
            data.put(NFTA_LOOKUP_SET.rawValue, map)
            data.put(NFTA_LOOKUP_SREG.rawValue, network: key)
            data.put(NFTA_LOOKUP_DREG.rawValue, network: NFT_REG_VERDICT.rawValue)
        case .fromMap(let set, let key, let register):
            data.put(NFTA_LOOKUP_SET.rawValue, set.rawValue)
            data.put(NFTA_LOOKUP_SREG.rawValue, network: key)
            data.put(NFTA_LOOKUP_DREG.rawValue, network: register)
        case .destinationNAT(let isIPv4, let address, let port):
            data.put(NFTA_NAT_TYPE.rawValue, network: NFT_NAT_DNAT.rawValue)
            data.put(NFTA_NAT_FAMILY.rawValue, network: UInt32(isIPv4 ? NFPROTO_IPV4 : NFPROTO_IPV6))
            data.put(NFTA_NAT_REG_ADDR_MIN.rawValue, network: address)
            data.put(NFTA_NAT_REG_PROTO_MIN.rawValue, network: port)
        case .sourceNAT(let isIPv4, let address):
            data.put(NFTA_NAT_TYPE.rawValue, network: NFT_NAT_SNAT.rawValue)
            data.put(NFTA_NAT_FAMILY.rawValue, network: UInt32(isIPv4 ? NFPROTO_IPV4 : NFPROTO_IPV6))
            data.put(NFTA_NAT_REG_ADDR_MIN.rawValue, network: address)
        case .masquerade:
            break
        case .immediate(let register, let bytes):
            data.put(NFTA_IMMEDIATE_DREG.rawValue, network: register)
            data.nest(NFTA_IMMEDIATE_DATA.rawValue) { $0.put(NFTA_DATA_VALUE.rawValue, bytes: bytes) }
        case .setMeta(let key, let register):
            data.put(NFTA_META_KEY.rawValue, network: key.rawValue)
            data.put(NFTA_META_SREG.rawValue, network: register)
        case .setConnection(let key, let register):
            data.put(NFTA_CT_KEY.rawValue, network: key.rawValue)
            data.put(NFTA_CT_SREG.rawValue, network: register)
        case .verdict(let code):
            putVerdict(code, chain: nil, into: &data)
        case .jump(let chain):
            putVerdict(NFT_JUMP.rawValue, chain: chain, into: &data)
        }
    }

    private func putVerdict(_ code: Int32, chain: String?, into data: inout NetlinkMessageBuilder) {
        data.put(NFTA_IMMEDIATE_DREG.rawValue, network: NFT_REG_VERDICT.rawValue)
        data.nest(NFTA_IMMEDIATE_DATA.rawValue) { data in
            data.nest(NFTA_DATA_VERDICT.rawValue) { verdict in
                verdict.put(NFTA_VERDICT_CODE.rawValue, network: code)
                if let chain { verdict.put(NFTA_VERDICT_CHAIN.rawValue, chain) }
            }
        }
    }
}
