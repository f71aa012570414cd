import CNetlink
import Glibc
import NetworkSpec

extension NetlinkRequest {
    /// Gives a link an address, with the route to its subnet. One that it has already is no error.
    ///
    /// Duplicate address detection is left out: the addresses come from our own leases, and it would delay them by
    /// more than a second.
    public static func addAddress(_ address: IPPrefix, to link: Int32) throws(NetlinkError) -> NetlinkRequest {
        let subject = "\(address) on link \(link)"
        guard let object = rtnl_addr_alloc() else { throw .outOfMemory("RTM_NEWADDR", subject) }
        defer { rtnl_addr_put(object) }
        let local = try NetlinkAddress(address)
        rtnl_addr_set_ifindex(object, link)
        rtnl_addr_set_local(object, local.pointer)
        rtnl_addr_set_prefixlen(object, Int32(address.length))
        if address.address.family == .v4, address.length < 31 {
            let broadcast = try NetlinkAddress(address.last)
            rtnl_addr_set_broadcast(object, broadcast.pointer)
        } else if address.address.family == .v6 {
            rtnl_addr_set_flags(object, UInt32(IFA_F_NODAD))
        }
        return try build("RTM_NEWADDR", subject) {
            rtnl_addr_build_add_request(object, NLM_F_CREATE | NLM_F_REPLACE, &$0)
        }
    }

    /// A route to add: where to, through which link, and by which next hop.
    public struct Route: Sendable, Hashable {
        /// What it leads to; a length of 0 is the default route.
        public var destination: IPPrefix
        /// The next hop; nil means directly on the link.
        public var gateway: IPAddress?
        /// The link; 0 leaves it to the kernel, which finds it by the next hop.
        public var link: Int32
        /// Lower wins.
        public var metric: UInt32?
        /// What becomes of packets, `RTN_…`: 1 goes on, 6 blackhole, 7 unreachable, 8 prohibit, which have no next hop.
        public var type: UInt8 = 1

        /// Makes a route.
        public init(destination: IPPrefix, gateway: IPAddress?, link: Int32, metric: UInt32? = nil) {
            self.destination = destination
            self.gateway = gateway
            self.link = link
            self.metric = metric
        }
    }

    /// Adds a route. One that is there already is no error.
    public static func addRoute(_ route: Route) throws(NetlinkError) -> NetlinkRequest {
        try change(route, "RTM_NEWROUTE") { rtnl_route_build_add_request($0, NLM_F_CREATE | NLM_F_REPLACE, &$1) }
    }

    /// Removes a route. ESRCH where there is none.
    public static func deleteRoute(_ route: Route) throws(NetlinkError) -> NetlinkRequest {
        try change(route, "RTM_DELROUTE") { rtnl_route_build_del_request($0, 0, &$1) }
    }

    private static func change(
        _ route: Route,
        _ operation: String,
        _ body: (OpaquePointer, inout OpaquePointer?) -> Int32
    ) throws(NetlinkError) -> NetlinkRequest {
        let subject = "\(route.destination)" + (route.gateway.map { " via \($0)" } ?? "") + " on link \(route.link)"
        guard let object = rtnl_route_alloc() else { throw .outOfMemory(operation, subject) }
        defer { rtnl_route_put(object) }
        rtnl_route_set_family(object, route.destination.address.family.number)
        rtnl_route_set_table(object, UInt32(RT_TABLE_MAIN.rawValue))
        rtnl_route_set_protocol(object, UInt8(RTPROT_STATIC))
        rtnl_route_set_scope(object, UInt8(route.gateway == nil ? RT_SCOPE_LINK.rawValue : RT_SCOPE_UNIVERSE.rawValue))
        let destination = try NetlinkAddress(route.destination)
        rtnl_route_set_dst(object, destination.pointer)
        if let metric = route.metric { rtnl_route_set_priority(object, metric) }
        rtnl_route_set_type(object, route.type)
        guard route.type == 1 else { return try build(operation, subject) { body(object, &$0) } }
        guard let hop = rtnl_route_nh_alloc() else { throw .outOfMemory(operation, subject) }
        rtnl_route_nh_set_ifindex(hop, route.link)
        if let gateway = route.gateway {
            let address = try NetlinkAddress(gateway)
            rtnl_route_nh_set_gateway(hop, address.pointer)
        }
        // The route owns the hop from here on.
        rtnl_route_add_nexthop(object, hop)
        return try build(operation, subject) { body(object, &$0) }
    }

    /// Asks for all addresses.
    public static func listAddresses() -> NetlinkRequest {
        var message = NetlinkMessageBuilder(type: UInt16(RTM_GETADDR))
        message.append(ifaddrmsg())
        return message.request("RTM_GETADDR", "all")
    }

    /// Asks for all routes.
    public static func listRoutes() -> NetlinkRequest {
        var message = NetlinkMessageBuilder(type: UInt16(RTM_GETROUTE))
        message.append(rtmsg())
        return message.request("RTM_GETROUTE", "all")
    }
}

/// An owned `nl_addr`.
private struct NetlinkAddress: ~Copyable {
    let pointer: OpaquePointer

    init(_ prefix: IPPrefix) throws(NetlinkError) {
        try self.init(prefix.address)
        nl_addr_set_prefixlen(pointer, Int32(prefix.length))
    }

    init(_ address: IPAddress) throws(NetlinkError) {
        let bytes = address.bytes
        guard let pointer = nl_addr_build(Int32(address.family.number), bytes, bytes.count) else {
            throw .outOfMemory("nl_addr_build", address.description)
        }
        self.pointer = pointer
    }

    deinit { nl_addr_put(pointer) }
}

extension IPAddress.Family {
    /// The kernel's number, AF_INET or AF_INET6.
    var number: UInt8 { self == .v4 ? UInt8(AF_INET) : UInt8(AF_INET6) }
}
