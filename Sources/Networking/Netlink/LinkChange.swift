import NetworkSpec

/// What is to change about a link; nil leaves it as it is.
public struct LinkChange: Sendable, Hashable {
    /// Switch it on or off.
    public var isUp: Bool?
    /// Its new name; the kernel wants it off for that.
    public var name: String?
    /// The largest packet.
    public var mtu: UInt32?
    /// The bridge it becomes a port of; 0 takes it out.
    public var master: Int32?
    /// Its hardware address.
    public var address: MACAddress?
    /// Settings of /proc/sys/net/ipv4/conf/<link> that the kernel also takes with the link.
    public var ipv4: [IPv4Setting: UInt32]
    /// Whether IPv6 gives the link a link-local address when it goes on. It has to be said before that.
    public var makesLinkLocalAddress: Bool?

    /// Makes a change.
    public init(
        isUp: Bool? = nil,
        name: String? = nil,
        mtu: UInt32? = nil,
        master: Int32? = nil,
        ipv4: [IPv4Setting: UInt32] = [:],
        makesLinkLocalAddress: Bool? = nil
    ) {
        self.isUp = isUp
        self.name = name
        self.mtu = mtu
        self.master = master
        self.ipv4 = ipv4
        self.makesLinkLocalAddress = makesLinkLocalAddress
    }

    /// The numbers that linux/ip.h gives the settings.
    public enum IPv4Setting: UInt32, Sendable, Hashable {
        case forwarding = 1
        case routeFilter = 8
        case arpNotify = 22
        case routeLocalNetworks = 26
    }
}
