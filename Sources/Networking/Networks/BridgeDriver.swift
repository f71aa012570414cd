import Glibc
import Linux
import Netlink
import NetworkSpec

/// Networks that are bridges: the bridge, a veth pair for each pod, addresses and routes on both sides.
///
/// It belongs to the thread and the network namespace in which it was made.
final class BridgeDriver: NetworkDriver {
    private let host: HostNamespace

    init(_ host: HostNamespace) { self.host = host }

    /// The built-in network, where the host leaves room for it.
    func builtIn() throws -> NetworkDefinition {
        // Its own bridge's is not taken.
        let own = try host.socket.link(named: NetworkDefinitions.builtInBridge)?.index
        let taken = try particularRoutes().filter { $0.link != own }.map(\.destination)
        guard let builtIn = NetworkDefinitions.builtIn(avoiding: taken) else {
            throw NetworkError.unknownNetwork(NetworkDefinitions.defaultName, problems: [])
        }
        return builtIn
    }

    private func particularRoutes() throws -> [InstalledRoute] {
        try host.unicastRoutes().filter { $0.destination.length > 0 }
    }

    /// Chooses the bridge's name, gateways, the MTU. Refuses subnets that the host uses otherwise.
    func complete(_ definition: NetworkDefinition) throws -> NetworkDefinition {
        let routes = try particularRoutes()
        var chosen = definition
        if chosen.ipv6Enabled, !chosen.subnets.contains(where: { $0.subnet.address.family == .v6 }) {
            chosen.subnets.append(NetworkDefinition.Subnet(InterfaceNames.localSubnet(network: chosen.name, machine: Self.machine)))
        }
        let bridge = chosen.networkInterface ?? InterfaceNames.bridge(network: chosen.name)
        chosen.networkInterface = bridge
        let own = try host.socket.link(named: bridge)?.index
        for index in chosen.subnets.indices {
            let subnet = chosen.subnets[index].subnet
            chosen.subnets[index].gateway = chosen.subnets[index].gateway ?? subnet.hosts.lowerBound
            // A wider route (a VPN's 10.0.0.0/8) is no obstacle: ours is the more specific one.
            if let route = routes.first(where: {
                $0.link != own && $0.destination.length >= subnet.length && subnet.overlaps($0.destination)
            }) {
                throw NetworkError.subnetInUse(
                    network: chosen.name,
                    subnet: subnet,
                    by: "a route to \(route.destination)"
                )
            }
        }
        if try BridgeOptions(chosen.options).mtu == nil {
            chosen.options["mtu"] = "\(min(try host.linkOfDefaultRoute()?.mtu ?? 1500, 65_535))"
        }
        return chosen
    }

    /// What tells this machine from others: its id, else its name.
    private static var machine: String {
        // Not every machine has an id.
        (try? FileSystem.readText("/etc/machine-id")) ?? (try? FileSystem.readText("/proc/sys/kernel/hostname")) ?? ""
    }

    func isRaised(_ definition: NetworkDefinition) throws -> Bool { try bridge(of: definition) != nil }

    func foreignAddresses(on definition: NetworkDefinition) throws -> Set<IPAddress> { [] }

    func unserved(_ request: PodAttachment, on definition: NetworkDefinition) -> [String] { [] }

    /// The bridge, nil where there is none.
    func bridge(of definition: NetworkDefinition) throws -> Link? {
        let name = definition.networkInterface ?? ""
        guard let link = try host.socket.link(named: name) else { return nil }
        guard link.kind == "bridge" else {
            throw NetworkError.notABridge(name, kind: link.kind ?? "another kind of interface")
        }
        return link
    }

    func raise(_ definition: NetworkDefinition) throws { _ = try raisedBridge(of: definition) }

    /// Makes the bridge, or completes one that is there: gateway addresses, settings, forwarding.
    private func raisedBridge(of definition: NetworkDefinition) throws -> Link {
        let name = definition.networkInterface ?? ""
        if try bridge(of: definition) == nil {
            let mtu = try BridgeOptions(definition.options).mtu
            try host.socket.perform(.createBridge(name, mtu: mtu, address: Self.address(of: definition)))
        }
        guard let link = try bridge(of: definition) else {
            throw NetlinkError(operation: "RTM_GETLINK", subject: name, errno: ENODEV)
        }
        let gateways = definition.subnets.compactMap { subnet in
            subnet.gateway.flatMap { IPPrefix($0, length: subnet.subnet.length) }
        }
        let families = Set(gateways.map(\.address.family))
        // Before the addresses: no advertised route is ever taken, and nothing waits for duplicate address detection.
        try Sysctl.write("ipv6/conf/\(name)/accept_ra", "0", optional: true)
        // Loose reverse path filter; and the way for connections from the host over 127.0.0.1. The firewall guards it.
        let settings: [LinkChange.IPv4Setting: UInt32] =
            families.contains(.v4) ? [.routeLocalNetworks: 1, .routeFilter: 2] : [:]
        try host.socket.perform(
            [
                .changeLink(link.index, LinkChange(ipv4: settings, makesLinkLocalAddress: families.contains(.v6))),
                .changeLink(link.index, LinkChange(isUp: true)),
            ] + gateways.map { try .addAddress($0, to: link.index) }
        )
        // The kernel refuses no packet between internal networks and others for want of forwarding: the firewall does.
        if families.contains(.v4) { try Sysctl.write("ipv4/ip_forward", "1") }
        if families.contains(.v6) { try Sysctl.write("ipv6/conf/all/forwarding", "1") }
        return link
    }

    /// A hardware address that is the bridge's own: without one it takes that of a port, and changes with the ports.
    private static func address(of definition: NetworkDefinition) -> MACAddress {
        for subnet in definition.subnets {
            if case .v4(let gateway) = subnet.gateway { return MACAddress(of: gateway) }
        }
        return MACAddress(of: IPv4Address(bits: InterfaceNames.number(network: definition.name)))
    }

    /// Removes the bridge, if it has no port left that is not ours.
    func lower(_ definition: NetworkDefinition) throws {
        guard let bridge = try bridge(of: definition) else { return }
        // A pod of somebody else (podman's, on the same bridge) keeps it.
        guard try !host.socket.links().contains(where: { $0.master == bridge.index }) else { return }
        try host.socket.deleteLink(bridge.index)
    }

    func detach(_ pods: [PodRecord]) throws { try detach(pods.flatMap(\.hostInterfaces)) }

    /// Removes this end of pods' veth pairs, and with it the other. Missing is no error.
    ///
    /// Each removal waits for the kernel's readers (18 ms), all of a group wait once.
    func detach(_ hostInterfaces: [String]) throws {
        let links = try hostInterfaces.compactMap { try host.socket.link(named: $0)?.index }
        if links.count > 1 {
            // "swl", which nobody else uses.
            let group: UInt32 = 0x7377_6c00
            try host.socket.perform(links.map { .setGroup(group, of: $0) } + [.deleteLinks(ofGroup: group)])
        } else if let link = links.first {
            try host.socket.deleteLink(link)
        }
    }

    func isAttached(_ pod: PodRecord) throws -> Bool { try host.socket.link(named: pod.hostInterface) != nil }

    /// The ports of a bridge that were made here, by their names.
    func ports(of definition: NetworkDefinition) throws -> [String] {
        guard let bridge = try bridge(of: definition) else { return [] }
        return try host.socket.links()
            .filter { $0.master == bridge.index && $0.name.hasPrefix(InterfaceNames.hostPrefix) }.map(\.name)
    }

    /// The links that limit what pods send, by their names.
    func limiters() throws -> [String] {
        try host.socket.links().filter { $0.kind == "ifb" && $0.name.hasPrefix(InterfaceNames.limiterPrefix) }.map(\.name)
    }

    /// Has what passes a bridge meet the rules of IP, also between two of its ports.
    func showToRules(_ bridge: Link) throws {
        try host.socket.perform(.changeLink(bridge.index, kind: "bridge", [.showsPacketsToRules]))
    }

    func attach(_ pod: inout PodRecord, to definition: NetworkDefinition) throws {
        let bridge = try bridge(of: definition) ?? raisedBridge(of: definition)
        let namespace = try Descriptor.open(pod.namespacePath, O_RDONLY)
        let options = try BridgeOptions(definition.options)
        try host.socket.perform(
            .createVeth(
                .init(name: pod.hostInterface),
                peer: .init(name: pod.status.interface, address: pod.status.macAddress),
                peerNamespace: namespace.rawValue,
                master: bridge.index,
                mtu: options.mtu
            )
        )
        guard let port = try host.socket.link(named: pod.hostInterface) else {
            throw NetlinkError(operation: "RTM_GETLINK", subject: pod.hostInterface, errno: ENODEV)
        }
        try host.socket.perform([
            // A port needs no address, and what IPv6 would announce for it goes to every pod on the bridge.
            .changeLink(port.index, LinkChange(makesLinkLocalAddress: false)),
            // With br_netfilter a pod's connection to its own host port turns round within the bridge.
            .allowHairpin(port.index),
            .changeLink(port.index, LinkChange(isUp: true)),
        ])
        if let bandwidth = pod.bandwidth { try limit(port, of: pod, to: bandwidth) }
        let inside = PodInterface(pod: pod, routes: definition.routes, metric: options.metric)
        _ = try host.within(namespace) { try inside.configure() }
    }

    /// Limits what a pod receives where it leaves for the pod; and what it sends, which comes in there, by way of a link where it
    /// leaves again.
    private func limit(_ port: Link, of pod: PodRecord, to bandwidth: Bandwidth) throws {
        do {
            if let rate = bandwidth.ingress { try host.socket.perform(.limitRate(of: port.index, bitsPerSecond: rate)) }
            guard let rate = bandwidth.egress else { return }
            let name = InterfaceNames.limiter(podUID: pod.podUID)
            var limiter = NetlinkRequest.NewLink(name: name, kind: "ifb")
            limiter.mtu = port.mtu
            try host.socket.perform(.createLink(limiter))
            guard let link = try host.socket.link(named: name) else {
                throw NetlinkError(operation: "RTM_GETLINK", subject: name, errno: ENODEV)
            }
            try host.socket.perform([
                .limitRate(of: link.index, bitsPerSecond: rate),
                .changeLink(link.index, LinkChange(isUp: true)),
                .openIngress(of: port.index),
                .redirectIngress(of: port.index, to: link.index),
            ])
        } catch let error as NetlinkError where error.errno == ENOENT || error.errno == EOPNOTSUPP {
            throw NetworkError.unlimitedBandwidth(error)
        }
    }
}
