import CNetlink
import NetworkSpec

/// An address of a link as the kernel lists it.
public struct InterfaceAddress: Sendable, Hashable {
    /// The link that has it.
    public var link: Int32
    /// The address with the length of its subnet.
    public var address: IPPrefix

    /// Reads an RTM_NEWADDR message: `ifaddrmsg` (family 1, prefix length 1, flags 1, scope 1, index 4), attributes.
    init?(_ reply: NetlinkReply) {
        guard reply.type == UInt16(RTM_NEWADDR), let length = reply.field(1, as: UInt8.self),
            let link = reply.field(4, as: Int32.self)
        else { return nil }
        let attributes = reply.attributes(after: 8)
        // IFA_LOCAL is the address itself; IFA_ADDRESS is the peer's on a point-to-point link, and all that IPv6 has.
        guard let attribute = attributes.first(IFA_LOCAL) ?? attributes.first(IFA_ADDRESS),
            let address = IPAddress(bytes: attribute.bytes), let prefix = IPPrefix(address, length: Int(length))
        else { return nil }
        (self.link, self.address) = (link, prefix)
    }
}

/// A route as the kernel lists it.
public struct InstalledRoute: Sendable, Hashable {
    /// What it leads to; a length of 0 is the default route.
    public var destination: IPPrefix
    /// The next hop.
    public var gateway: IPAddress?
    /// The link; nil for one without (blackhole) or with several next hops.
    public var link: Int32?
    /// Lower wins.
    public var metric: UInt32
    /// The routing table; 254 is the main one, 255 the local one.
    public var table: UInt32
    /// The route's type, `RTN_…`: 1 is unicast.
    public var type: UInt8

    /// Reads an RTM_NEWROUTE message: `rtmsg` (family, destination length, source length, tos, table, protocol, scope,
    /// type, each 1; flags 4), attributes.
    init?(_ reply: NetlinkReply) {
        guard reply.type == UInt16(RTM_NEWROUTE), let family = reply.field(0, as: UInt8.self),
            let length = reply.field(1, as: UInt8.self), let table = reply.field(4, as: UInt8.self),
            let type = reply.field(7, as: UInt8.self)
        else { return nil }
        guard family == IPAddress.Family.v4.number || family == IPAddress.Family.v6.number else { return nil }
        var address = IPAddress(bytes: [UInt8](repeating: 0, count: family == IPAddress.Family.v4.number ? 4 : 16))
        (self.table, self.type, metric) = (UInt32(table), type, 0)
        for attribute in reply.attributes(after: 12) {
            switch attribute.type {
            case Int32(RTA_DST.rawValue): address = IPAddress(bytes: attribute.bytes)
            case Int32(RTA_GATEWAY.rawValue): gateway = IPAddress(bytes: attribute.bytes)
            case Int32(RTA_OIF.rawValue): link = attribute.number()
            case Int32(RTA_PRIORITY.rawValue): metric = attribute.number() ?? 0
            case Int32(RTA_TABLE.rawValue): self.table = attribute.number() ?? self.table
            default: break
            }
        }
        guard let address, let prefix = IPPrefix(address, length: Int(length)) else { return nil }
        destination = prefix
    }
}
