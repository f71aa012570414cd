import Glibc
import Linux
import Netlink
import NetworkSpec

/// The inside of a pod's namespace: loopback, and an interface with its addresses and routes.
struct PodInterface {
    var pod: PodRecord
    var routes: [NetworkDefinition.Route]
    /// Of the default routes.
    var metric: UInt32
    /// Whether neighbours are told at once who has the addresses.
    var announcesItself = false

    /// Switches loopback and the interface on, with addresses and routes. Runs in the pod's namespace.
    func configure() throws -> Link {
        let socket = try NetlinkSocket(.route)
        guard let link = try socket.link(named: pod.status.interface) else {
            throw NetlinkError(operation: "RTM_GETLINK", subject: pod.status.interface, errno: ENODEV)
        }
        // Other pods could announce themselves as routers (CVE-2020-10749).
        try Sysctl.write("ipv6/conf/\(link.name)/accept_ra", "0", optional: true)
        let hasIPv6 = pod.families.contains(.v6)
        if hasIPv6 {
            try Sysctl.write("ipv6/conf/\(link.name)/accept_dad", "0", optional: true)
        }
        var settings: [LinkChange.IPv4Setting: UInt32] = [.routeFilter: 2]
        if announcesItself { settings[.arpNotify] = 1 }
        var requests: [NetlinkRequest] = [
            // Loopback is number 1 in every namespace.
            try .changeLink(1, LinkChange(isUp: true)),
            try .changeLink(link.index, LinkChange(ipv4: settings, makesLinkLocalAddress: hasIPv6)),
            try .changeLink(link.index, LinkChange(isUp: true)),
        ]
        requests += try pod.status.addresses.map { try .addAddress($0, to: link.index) }
        for gateway in pod.status.gateways {
            let zero: IPAddress = gateway.family == .v4 ? .v4(IPv4Address(bits: 0)) : .v6(IPv6Address(bits: 0))
            guard let everything = IPPrefix(zero, length: 0) else { continue }
            requests.append(
                try .addRoute(.init(destination: everything, gateway: gateway, link: link.index, metric: metric))
            )
        }
        requests += try routes.map {
            try .addRoute(
                .init(destination: $0.destination, gateway: $0.gateway, link: link.index, metric: $0.metric)
            )
        }
        try socket.perform(requests)
        return link
    }
}
