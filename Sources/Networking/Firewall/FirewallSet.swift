import CNetlink
import NetworkSpec

/// The sets and maps of the table. What comes and goes with networks and pods are their elements; the rules stay.
public enum FirewallSet: String, Sendable, Hashable, CaseIterable {
    /// The bridges that are ours.
    case bridges
    /// Each bridge with itself: packets that leave by the bridge by which they came.
    case bridgePairs = "bridge_pairs"
    /// The bridges of internal networks.
    case internalBridges = "internal_bridges"
    /// The subnets of our networks, each with itself: packets between addresses of one network.
    case subnetPairs4 = "subnet_pairs4"
    case subnetPairs6 = "subnet_pairs6"
    /// Protocol and port of the host, any address → address and port of a pod.
    case ports4 = "ports4"
    case ports6 = "ports6"
    /// Address, protocol and port of the host → address and port of a pod.
    case addressPorts4 = "address_ports4"
    case addressPorts6 = "address_ports6"
    /// Ports of bridges that are guarded.
    case guardedPorts = "guarded_ports"
    /// A guarded port with the hardware address, or an address, that frames may come from there.
    case senderMACs = "sender_macs"
    case senders4 = "senders4"
    case senders6 = "senders6"

    /// Those of the agent's table of rules of IP.
    static let ofPods = allCases.filter { !ofSenders.contains($0) }
    /// Those of its table of bridges.
    static let ofSenders: [FirewallSet] = [.guardedPorts, .senderMACs, .senders4, .senders6]

    /// A field of a key or value, with the number by which nft knows its type. In a register every field begins at a
    /// multiple of four bytes.
    struct Field: Sendable, Hashable {
        let type: UInt32
        let size: Int

        var paddedSize: Int { (size + 3) & ~3 }

        static let address4 = Field(type: 7, size: 4)
        static let address6 = Field(type: 8, size: 16)
        static let hardwareAddress = Field(type: 9, size: 6)
        static let transportProtocol = Field(type: 12, size: 1)
        static let port = Field(type: 13, size: 2)
        static let interfaceName = Field(type: 41, size: 16)
    }

    /// What the keys consist of.
    var key: [Field] {
        switch self {
        case .bridges, .internalBridges, .guardedPorts: [.interfaceName]
        case .senderMACs: [.interfaceName, .hardwareAddress]
        case .senders4: [.interfaceName, .address4]
        case .senders6: [.interfaceName, .address6]
        case .bridgePairs: [.interfaceName, .interfaceName]
        case .subnetPairs4: [.address4, .address4]
        case .subnetPairs6: [.address6, .address6]
        case .ports4, .ports6: [.transportProtocol, .port]
        case .addressPorts4: [.address4, .transportProtocol, .port]
        case .addressPorts6: [.address6, .transportProtocol, .port]
        }
    }

    /// What the values of a map consist of; empty for a set.
    var value: [Field] {
        switch self {
        case .ports4, .addressPorts4: [.address4, .port]
        case .ports6, .addressPorts6: [.address6, .port]
        default: []
        }
    }

    /// Whether an element stands for a range in every field.
    var hasRanges: Bool { self == .subnetPairs4 || self == .subnetPairs6 }

    /// The number of the set within a transaction.
    var number: UInt32 { UInt32((FirewallSet.allCases.firstIndex(of: self) ?? 0) + 1) }
}

extension [FirewallSet.Field] {
    /// The bytes of all fields in registers.
    var size: UInt32 { UInt32(reduce(0) { $0 + $1.paddedSize }) }

    /// nft's number for the fields put together: six bits each.
    var type: UInt32 { reduce(0) { $0 << 6 | $1.type } }
}
