import CNetlink
import Netlink
import NetworkSpec

/// A set of the table of policies: with a name of its own, made and filled as policies need it.
struct PolicySet: Sendable, Hashable {
    /// What the elements are.
    enum Kind: Sendable, Hashable {
        /// A pod's address → the chain that governs it.
        case verdicts
        /// A pod's address with itself: nobody is kept from talking to himself.
        case selves
        /// The other side's addresses, protocol, ports.
        case boxes
        /// The other side's addresses, the pod's address, protocol, ports.
        case podBoxes
    }

    struct Element: Sendable, Hashable {
        /// Each field padded to four bytes.
        var key: [UInt8]
        /// Of a set of ranges the last of each field.
        var keyEnd: [UInt8] = []
        /// Of a map of verdicts.
        var chain: String?
    }

    let name: String
    let kind: Kind
    let family: IPAddress.Family

    var fields: [FirewallSet.Field] {
        let address: FirewallSet.Field = family == .v4 ? .address4 : .address6
        return switch kind {
        case .verdicts: [address]
        case .selves: [address, address]
        case .boxes: [address, .transportProtocol, .port]
        case .podBoxes: [address, address, .transportProtocol, .port]
        }
    }

    private var hasRanges: Bool { kind == .boxes || kind == .podBoxes }

    /// Adds what makes the set, behind the name of its table.
    func put(into message: inout NetlinkMessageBuilder, number: UInt32) {
        message.put(NFTA_SET_NAME.rawValue, name)
        var flags: UInt32 = 0
        if hasRanges { flags |= NFT_SET_INTERVAL.rawValue | NFT_SET_CONCAT.rawValue }
        if kind == .verdicts { flags |= NFT_SET_MAP.rawValue }
        message.put(NFTA_SET_FLAGS.rawValue, network: flags)
        message.put(NFTA_SET_KEY_TYPE.rawValue, network: fields.type)
        message.put(NFTA_SET_KEY_LEN.rawValue, network: fields.size)
        if kind == .verdicts { message.put(NFTA_SET_DATA_TYPE.rawValue, network: UInt32(NFT_DATA_VERDICT.rawValue)) }
        if hasRanges {
            message.nest(NFTA_SET_DESC.rawValue) {
                $0.nest(NFTA_SET_DESC_CONCAT.rawValue) { list in
                    for field in fields {
                        list.nest(NFTA_LIST_ELEM.rawValue) {
                            $0.put(NFTA_SET_FIELD_LEN.rawValue, network: UInt32(field.size))
                        }
                    }
                }
            }
        }
        message.put(NFTA_SET_ID.rawValue, network: number)
    }
}

extension PolicySet.Element {
    func put(into message: inout NetlinkMessageBuilder, isRemoval: Bool) {
        message.nest(NFTA_LIST_ELEM.rawValue) { entry in
            entry.nest(NFTA_SET_ELEM_KEY.rawValue) { $0.put(NFTA_DATA_VALUE.rawValue, bytes: key) }
            if !keyEnd.isEmpty {
                entry.nest(NFTA_SET_ELEM_KEY_END.rawValue) { $0.put(NFTA_DATA_VALUE.rawValue, bytes: keyEnd) }
            }
            guard let chain, !isRemoval else { return }
            entry.nest(NFTA_SET_ELEM_DATA.rawValue) { data in
                data.nest(NFTA_DATA_VERDICT.rawValue) { verdict in
                    verdict.put(NFTA_VERDICT_CODE.rawValue, network: NFT_JUMP.rawValue)
                    verdict.put(NFTA_VERDICT_CHAIN.rawValue, chain)
                }
            }
        }
    }

    /// A box as an element.
    init(_ box: TrafficBox, pod: IPAddress? = nil) {
        func bytes(_ address: IPAddress, _ ports: UInt32) -> [UInt8] {
            // Protocol and port, each in four bytes from the left.
            address.bytes + (pod?.bytes ?? [])
                + [UInt8(ports >> 16), 0, 0, 0, UInt8(ports >> 8 & 255), UInt8(ports & 255), 0, 0]
        }
        self.init(
            key: bytes(box.addresses.lowerBound, box.ports.bounds.lowerBound),
            keyEnd: bytes(box.addresses.upperBound, box.ports.bounds.upperBound)
        )
    }
}
