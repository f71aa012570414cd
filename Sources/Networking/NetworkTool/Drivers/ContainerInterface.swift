import Glibc
import Linux
import Netlink
import NetworkSpec

/// The inside of a container's namespace: its interface with addresses and routes.
struct ContainerInterface {
    var name: String
    var assigned: AssignedAddresses
    var routes: [NetworkInfo.Route]
    /// Whether the gateways are default routes.
    var hasDefaultRoute: Bool
    var metric: UInt32

    /// Switches the interface on, with addresses and routes. Gives the link.
    func configure(_ socket: borrowing NetlinkSocket) throws -> Link {
        guard let link = try socket.link(named: name) else {
            throw NetlinkError(operation: "RTM_GETLINK", subject: name, errno: ENODEV)
        }
        let hasIPv6 = assigned.has(.v6)
        // Addresses by advertisement would come from whoever is on the network (CVE-2020-10749).
        do {
            try Kernel.setting("net/ipv6/conf/\(name)/autoconf", "0", isOptional: true)
            try Kernel.setting("net/ipv6/conf/\(name)/accept_ra", "0", isOptional: true)
        } catch {
            if hasIPv6 { throw error }
            // A read-only /proc, and no IPv6 asked for.
            ToolLog.warn("netavark::network", "\(error)")
        }
        if hasIPv6 { try Kernel.setting("net/ipv6/conf/\(name)/accept_dad", "0", isOptional: true) }
        let settings: [NetlinkRequest] = [
            try .changeLink(link.index, LinkChange(ipv4: [.arpNotify: 1, .routeFilter: 2]))
        ]
        let addresses: [NetlinkRequest] = try assigned.addresses.map { try .addAddress($0.address, to: link.index) }
        let up: [NetlinkRequest] = [try .changeLink(link.index, LinkChange(isUp: true))]
        // No closure around a socket that is only lent: Swift 6.3's compiler does not survive it.
        do { try socket.perform(settings + addresses + up) } catch {
            throw ToolError("set up container interface \(name): \(ToolError(error))")
        }
        let routes: [NetlinkRequest] = try (defaultRoutes(link) + staticRoutes).map { try .addRoute($0) }
        do { try socket.perform(routes) } catch {
            throw ToolError("add routes of container interface \(name): \(ToolError(error))")
        }
        return link
    }

    private func defaultRoutes(_ link: Link) -> [NetlinkRequest.Route] {
        guard hasDefaultRoute else { return [] }
        return assigned.gateways.compactMap { gateway in
            let zero: IPAddress = gateway.family == .v4 ? .v4(IPv4Address(bits: 0)) : .v6(IPv6Address(bits: 0))
            return IPPrefix(zero, length: 0).map {
                .init(destination: $0, gateway: gateway, link: link.index, metric: metric)
            }
        }
    }

    /// The network's own routes. Their link follows from their next hop.
    private var staticRoutes: [NetlinkRequest.Route] {
        routes.map { route in
            var result = NetlinkRequest.Route(
                destination: route.destination.network,
                gateway: route.gateway,
                link: 0,
                metric: route.metric ?? metric
            )
            result.type = (route.kind ?? .unicast).number
            return result
        }
    }

    private static func remove(_ route: NetlinkRequest.Route, _ socket: borrowing NetlinkSocket) throws(NetlinkError) {
        let request = try NetlinkRequest.deleteRoute(route)
        do throws(NetlinkError) { try socket.perform(request) } catch {
            // Gone with its interface.
            if error.errno != ESRCH { throw error }
        }
    }

    /// Takes back the network's own routes: those of other interfaces do not go with this one.
    func removeRoutes(_ socket: borrowing NetlinkSocket) throws {
        for route in staticRoutes { try Self.remove(route, socket) }
    }
}
