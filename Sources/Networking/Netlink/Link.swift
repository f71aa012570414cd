import CNetlink
import NetworkSpec

/// A network interface as the kernel describes it.
public struct Link: Sendable, Hashable {
    /// The interface's number in its namespace.
    public var index: Int32
    /// Its name.
    public var name: String
    /// What made it: `bridge`, `veth`; nil for loopback and hardware.
    public var kind: String?
    /// Its hardware address; loopback has none.
    public var address: MACAddress?
    /// The largest packet.
    public var mtu: UInt32
    /// The number of the bridge that it is a port of.
    public var master: Int32?
    /// The number, in its namespace, of the link that it shares (macvlan) or that is its other end (veth).
    public var parent: Int32?
    /// The routing table of a VRF.
    public var routingTable: UInt32?
    /// The `IFF_…` flags.
    public var flags: UInt32

    /// Whether it is switched on.
    public var isUp: Bool { flags & 1 != 0 }

    /// Whether it is loopback.
    public var isLoopback: Bool { flags & 8 != 0 }

    /// Reads an RTM_NEWLINK message: `ifinfomsg` (family 1, pad 1, type 2, index 4, flags 4, change 4), attributes.
    init?(_ reply: NetlinkReply) {
        guard reply.type == UInt16(RTM_NEWLINK), let index = reply.field(4, as: Int32.self),
            let flags = reply.field(8, as: UInt32.self)
        else { return nil }
        (self.index, self.flags, name, mtu) = (index, flags, "", 0)
        for attribute in reply.attributes(after: 16) {
            switch attribute.type {
            case Int32(IFLA_IFNAME): name = attribute.text
            case Int32(IFLA_MTU): mtu = attribute.number() ?? 0
            case Int32(IFLA_MASTER): master = attribute.number()
            case Int32(IFLA_ADDRESS): address = isLoopback ? nil : MACAddress(bytes: attribute.bytes)
            case Int32(IFLA_LINK): parent = attribute.number()
            case Int32(IFLA_LINKINFO):
                kind = attribute.nested.first(IFLA_INFO_KIND)?.text
                if kind == "vrf" {
                    routingTable = attribute.nested.first(IFLA_INFO_DATA)?.nested.first(IFLA_VRF_TABLE)?.number()
                }
            default: break
            }
        }
    }
}
