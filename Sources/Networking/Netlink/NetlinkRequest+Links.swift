import CNetlink
import Glibc
import NetworkSpec

extension NetlinkRequest {
    /// Makes a bridge, switched off. An address of its own stays with it, whatever ports come and go.
    public static func createBridge(
        _ name: String,
        mtu: UInt32?,
        address: MACAddress
    ) throws(NetlinkError) -> NetlinkRequest {
        guard let bridge = rtnl_link_bridge_alloc() else { throw .outOfMemory("RTM_NEWLINK", name) }
        defer { rtnl_link_put(bridge) }
        rtnl_link_set_name(bridge, name)
        if let mtu { rtnl_link_set_mtu(bridge, mtu) }
        try setAddress(address, of: bridge)
        return try build("RTM_NEWLINK", name) {
            rtnl_link_build_add_request(bridge, NLM_F_CREATE | NLM_F_EXCL, &$0)
        }
    }

    /// One end of a veth pair and where it goes.
    public struct VethEnd: Sendable, Hashable {
        /// Its name; nil lets the kernel choose.
        public var name: String?
        /// Its hardware address; nil lets the kernel choose.
        public var address: MACAddress?

        /// Makes an end.
        public init(name: String?, address: MACAddress? = nil) {
            self.name = name
            self.address = address
        }
    }

    /// Makes a veth pair in one step: this end is a port of `master`, the peer lies in another network namespace. Both are
    /// switched off.
    public static func createVeth(
        _ end: VethEnd,
        peer: VethEnd,
        peerNamespace: Int32,
        master: Int32,
        mtu: UInt32?
    ) throws(NetlinkError) -> NetlinkRequest {
        guard let link = rtnl_link_veth_alloc() else { throw .outOfMemory("RTM_NEWLINK", end.name ?? "veth") }
        defer { rtnl_link_veth_release(link) }
        guard let peerLink = rtnl_link_veth_get_peer(link) else { throw .outOfMemory("RTM_NEWLINK", "veth") }
        defer { rtnl_link_put(peerLink) }
        for (end, link) in [(end, link), (peer, peerLink)] {
            if let name = end.name { rtnl_link_set_name(link, name) }
            if let address = end.address { try setAddress(address, of: link) }
            if let mtu { rtnl_link_set_mtu(link, mtu) }
        }
        rtnl_link_set_ns_fd(peerLink, peerNamespace)
        rtnl_link_set_master(link, master)
        return try build("RTM_NEWLINK", "\(end.name ?? "veth") ↔ \(peer.name ?? "veth")") {
            rtnl_link_build_add_request(link, NLM_F_CREATE | NLM_F_EXCL, &$0)
        }
    }

    /// Changes a link.
    public static func changeLink(_ index: Int32, _ change: LinkChange) throws(NetlinkError) -> NetlinkRequest {
        let subject = "link \(index)"
        guard let original = rtnl_link_alloc(), let link = rtnl_link_alloc() else {
            throw .outOfMemory("RTM_SETLINK", subject)
        }
        defer {
            rtnl_link_put(original)
            rtnl_link_put(link)
        }
        rtnl_link_set_ifindex(original, index)
        switch change.isUp {
        case true: rtnl_link_set_flags(link, UInt32(IFF_UP))
        case false: rtnl_link_unset_flags(link, UInt32(IFF_UP))
        default: break
        }
        if let name = change.name { rtnl_link_set_name(link, name) }
        if let mtu = change.mtu { rtnl_link_set_mtu(link, mtu) }
        if let master = change.master { rtnl_link_set_master(link, master) }
        if let address = change.address { try setAddress(address, of: link) }
        for (setting, value) in change.ipv4 { rtnl_link_inet_set_conf(link, setting.rawValue, value) }
        if let makes = change.makesLinkLocalAddress {
            // RFC 4291's way and none: IN6_ADDR_GEN_MODE_EUI64 and …_NONE.
            rtnl_link_inet6_set_addr_gen_mode(link, makes ? 0 : 1)
        }
        return try build("RTM_SETLINK", subject) { rtnl_link_build_change_request(original, link, 0, &$0) }
    }

    /// Lets a bridge send a packet back out of the port by which it came.
    public static func allowHairpin(_ port: Int32) -> NetlinkRequest {
        var message = NetlinkMessageBuilder(type: UInt16(RTM_SETLINK))
        var header = ifinfomsg()
        header.ifi_family = UInt8(AF_BRIDGE)
        header.ifi_index = port
        message.append(header)
        message.nest(IFLA_PROTINFO) { $0.put(IFLA_BRPORT_MODE, UInt8(1)) }
        return message.request("RTM_SETLINK", "hairpin mode of link \(port)")
    }

    /// Removes a link; of a veth pair both ends go.
    public static func deleteLink(_ index: Int32) throws(NetlinkError) -> NetlinkRequest {
        let subject = "link \(index)"
        guard let link = rtnl_link_alloc() else { throw .outOfMemory("RTM_DELLINK", subject) }
        defer { rtnl_link_put(link) }
        rtnl_link_set_ifindex(link, index)
        return try build("RTM_DELLINK", subject) { rtnl_link_build_delete_request(link, &$0) }
    }

    /// Puts a link into a group, a number that means something only to who uses it. 0 is that of all others.
    public static func setGroup(_ group: UInt32, of index: Int32) -> NetlinkRequest {
        var message = NetlinkMessageBuilder(type: UInt16(RTM_SETLINK))
        var header = ifinfomsg()
        header.ifi_index = index
        message.append(header)
        message.put(IFLA_GROUP, group)
        return message.request("RTM_SETLINK", "group of link \(index)")
    }

    /// Removes all links of a group.
    public static func deleteLinks(ofGroup group: UInt32) -> NetlinkRequest {
        var message = NetlinkMessageBuilder(type: UInt16(RTM_DELLINK))
        message.append(ifinfomsg())
        message.put(IFLA_GROUP, group)
        return message.request("RTM_DELLINK", "group \(group)")
    }

    /// Asks for one link by its name.
    public static func getLink(named name: String) -> NetlinkRequest {
        var message = NetlinkMessageBuilder(type: UInt16(RTM_GETLINK))
        message.append(ifinfomsg())
        message.put(IFLA_IFNAME, name)
        return message.request("RTM_GETLINK", name)
    }

    /// Asks for one link by its number.
    public static func getLink(_ index: Int32) -> NetlinkRequest {
        var message = NetlinkMessageBuilder(type: UInt16(RTM_GETLINK))
        var header = ifinfomsg()
        header.ifi_index = index
        message.append(header)
        return message.request("RTM_GETLINK", "link \(index)")
    }

    /// Asks for all links.
    public static func listLinks() -> NetlinkRequest {
        var message = NetlinkMessageBuilder(type: UInt16(RTM_GETLINK))
        message.append(ifinfomsg())
        // The counters are most of what the kernel would write.
        message.put(IFLA_EXT_MASK, UInt32(RTEXT_FILTER_SKIP_STATS))
        return message.request("RTM_GETLINK", "all")
    }

    private static func setAddress(_ address: MACAddress, of link: OpaquePointer) throws(NetlinkError) {
        guard let object = nl_addr_build(AF_UNSPEC, address.bytes, 6) else {
            throw .outOfMemory("nl_addr_build", address.description)
        }
        defer { nl_addr_put(object) }
        rtnl_link_set_addr(link, object)
    }

    /// Has libnl build a message and takes it over.
    static func build(
        _ operation: String,
        _ subject: String,
        _ body: (inout OpaquePointer?) -> Int32
    ) throws(NetlinkError) -> NetlinkRequest {
        var message: OpaquePointer?
        let result = body(&message)
        guard result >= 0, let message else {
            throw NetlinkError(operation: operation, subject: subject, libraryCode: result)
        }
        defer { nlmsg_free(message) }
        return NetlinkRequest(operation: operation, subject: subject, message: message)
    }
}

extension NetlinkError {
    static func outOfMemory(_ operation: String, _ subject: String) -> NetlinkError {
        NetlinkError(operation: operation, subject: subject, errno: ENOMEM)
    }
}
