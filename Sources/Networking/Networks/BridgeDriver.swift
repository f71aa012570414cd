import Glibc
import Linux
import Netlink
import NetworkSpec

/// Networks that are bridges: the bridge, a veth pair for each pod, addresses and routes on both sides.
///
/// It belongs to the thread and the network namespace in which it was made.
final class BridgeDriver {
    private let socket: NetlinkSocket
    /// The host's network namespace, to come back to from that of a pod.
    private let home: Descriptor

    init() throws {
        socket = try NetlinkSocket(.route)
        home = try Namespace.current(.network)
    }

    /// Chooses what a definition leaves open: the bridge's name, gateways, the MTU. Without one it is the built-in
    /// network. Refuses subnets that the host uses otherwise.
    func complete(_ definition: NetworkDefinition?) throws -> NetworkDefinition {
        let routes = try socket.routes().filter { $0.table == 254 && $0.type == 1 && $0.destination.length > 0 }
        var chosen: NetworkDefinition
        if let definition {
            chosen = definition
        } else {
            // Its own bridge's is not taken.
            let own = try socket.link(named: NetworkDefinitions.builtInBridge)?.index
            let taken = routes.filter { $0.link != own }.map(\.destination)
            guard let builtIn = NetworkDefinitions.builtIn(avoiding: taken) else {
                throw NetworkError.unknownNetwork(NetworkDefinitions.defaultName, problems: [])
            }
            chosen = builtIn
        }
        if chosen.ipv6Enabled, !chosen.subnets.contains(where: { $0.subnet.address.family == .v6 }) {
            chosen.subnets.append(NetworkDefinition.Subnet(InterfaceNames.localSubnet(network: chosen.name, machine: Self.machine)))
        }
        let bridge = chosen.networkInterface ?? InterfaceNames.bridge(network: chosen.name)
        chosen.networkInterface = bridge
        let own = try socket.link(named: bridge)?.index
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
            chosen.options["mtu"] = "\(try mtuOfDefaultRoute())"
        }
        return chosen
    }

    /// What tells this machine from others: its id, else its name.
    private static var machine: String {
        // Not every machine has an id.
        (try? FileSystem.readText("/etc/machine-id")) ?? (try? FileSystem.readText("/proc/sys/kernel/hostname")) ?? ""
    }

    /// The MTU of the link of the host's default route, else Ethernet's.
    private func mtuOfDefaultRoute() throws -> UInt32 {
        let defaults = try socket.routes().filter { $0.table == 254 && $0.type == 1 && $0.destination.length == 0 }
        guard let link = defaults.min(by: { $0.metric < $1.metric })?.link, let mtu = try socket.link(link)?.mtu else {
            return 1500
        }
        return min(mtu, 65_535)
    }

    /// The bridge, nil where there is none.
    func bridge(of definition: NetworkDefinition) throws -> Link? {
        let name = definition.networkInterface ?? ""
        guard let link = try socket.link(named: name) else { return nil }
        guard link.kind == "bridge" else {
            throw NetworkError.notABridge(name, kind: link.kind ?? "another kind of interface")
        }
        return link
    }

    /// Makes the bridge, or completes one that is there: gateway addresses, settings, forwarding.
    func raise(_ definition: NetworkDefinition) throws -> Link {
        let name = definition.networkInterface ?? ""
        if try bridge(of: definition) == nil {
            let mtu = try BridgeOptions(definition.options).mtu
            try socket.perform(.createBridge(name, mtu: mtu, address: Self.address(of: definition)))
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
        try socket.perform(
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
        guard try !socket.links().contains(where: { $0.master == bridge.index }) else { return }
        try socket.deleteLink(bridge.index)
    }

    /// Removes this end of pods' veth pairs, and with it the other. Missing is no error.
    ///
    /// Each removal waits for the kernel's readers (18 ms), all of a group wait once.
    func detach(_ hostInterfaces: [String]) throws {
        let links = try hostInterfaces.compactMap { try socket.link(named: $0)?.index }
        if links.count > 1 {
            // "swl", which nobody else uses.
            let group: UInt32 = 0x7377_6c00
            try socket.perform(links.map { .setGroup(group, of: $0) } + [.deleteLinks(ofGroup: group)])
        } else if let link = links.first {
            try socket.deleteLink(link)
        }
    }

    /// Whether a pod's interface is there.
    func isAttached(_ hostInterface: String) throws -> Bool {
        try socket.link(named: hostInterface) != nil
    }

    /// The ports of a bridge that were made here, by their names.
    func ports(of definition: NetworkDefinition) throws -> [String] {
        guard let bridge = try bridge(of: definition) else { return [] }
        return try socket.links()
            .filter { $0.master == bridge.index && $0.name.hasPrefix(InterfaceNames.hostPrefix) }.map(\.name)
    }

    /// The links that limit what pods send, by their names.
    func limiters() throws -> [String] {
        try socket.links().filter { $0.kind == "ifb" && $0.name.hasPrefix(InterfaceNames.limiterPrefix) }.map(\.name)
    }

    /// Has what passes a bridge meet the rules of IP, also between two of its ports.
    func showToRules(_ bridge: Link) throws {
        try socket.perform(.changeLink(bridge.index, kind: "bridge", [.showsPacketsToRules]))
    }

    /// Connects a pod's namespace to the bridge.
    func attach(_ pod: PodRecord, to bridge: Link, of definition: NetworkDefinition) throws {
        let namespace = try Descriptor.open(pod.namespacePath, O_RDONLY)
        let options = try BridgeOptions(definition.options)
        try socket.perform(
            .createVeth(
                .init(name: pod.hostInterface),
                peer: .init(name: pod.status.interface, address: pod.status.macAddress),
                peerNamespace: namespace.rawValue,
                master: bridge.index,
                mtu: options.mtu
            )
        )
        guard let port = try socket.link(named: pod.hostInterface) else {
            throw NetlinkError(operation: "RTM_GETLINK", subject: pod.hostInterface, errno: ENODEV)
        }
        try socket.perform([
            // A port needs no address, and what IPv6 would announce for it goes to every pod on the bridge.
            .changeLink(port.index, LinkChange(makesLinkLocalAddress: false)),
            // With br_netfilter a pod's connection to its own host port turns round within the bridge.
            .allowHairpin(port.index),
            .changeLink(port.index, LinkChange(isUp: true)),
        ])
        if let bandwidth = pod.bandwidth { try limit(port, of: pod, to: bandwidth) }
        try within(namespace) {
            try Self.configure(pod, definition, options)
        }
    }

    /// Limits what a pod receives where it leaves for the pod; and what it sends, which comes in there, by way of a link where it
    /// leaves again.
    private func limit(_ port: Link, of pod: PodRecord, to bandwidth: Bandwidth) throws {
        do {
            if let rate = bandwidth.ingress { try socket.perform(.limitRate(of: port.index, bitsPerSecond: rate)) }
            guard let rate = bandwidth.egress else { return }
            let name = InterfaceNames.limiter(podUID: pod.podUID)
            var limiter = NetlinkRequest.NewLink(name: name, kind: "ifb")
            limiter.mtu = port.mtu
            try socket.perform(.createLink(limiter))
            guard let link = try socket.link(named: name) else {
                throw NetlinkError(operation: "RTM_GETLINK", subject: name, errno: ENODEV)
            }
            try socket.perform([
                .limitRate(of: link.index, bitsPerSecond: rate),
                .changeLink(link.index, LinkChange(isUp: true)),
                .openIngress(of: port.index),
                .redirectIngress(of: port.index, to: link.index),
            ])
        } catch let error as NetlinkError where error.errno == ENOENT || error.errno == EOPNOTSUPP {
            throw NetworkError.unlimitedBandwidth(error)
        }
    }

    /// Runs a closure with the thread in another network namespace.
    private func within(_ namespace: borrowing Descriptor, _ body: () throws -> Void) throws {
        try Namespace.enter(namespace, kind: .network)
        let result = Result { try body() }
        do {
            try Namespace.enter(home, kind: .network)
        } catch {
            // The thread serves the host's network: in the wrong namespace it would do harm there.
            fatalError("the way back to the host's network is lost: \(error)")
        }
        try result.get()
    }

    /// Switches loopback and the pod's interface on, with addresses and routes. Runs in the pod's namespace.
    private static func configure(
        _ pod: PodRecord,
        _ definition: NetworkDefinition,
        _ options: BridgeOptions
    ) throws {
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
        var requests: [NetlinkRequest] = [
            // Loopback is number 1 in every namespace.
            try .changeLink(1, LinkChange(isUp: true)),
            try .changeLink(link.index, LinkChange(ipv4: [.routeFilter: 2], makesLinkLocalAddress: hasIPv6)),
            try .changeLink(link.index, LinkChange(isUp: true)),
        ]
        requests += try pod.status.addresses.map { try .addAddress($0, to: link.index) }
        for gateway in pod.status.gateways {
            let zero: IPAddress = gateway.family == .v4 ? .v4(IPv4Address(bits: 0)) : .v6(IPv6Address(bits: 0))
            guard let everything = IPPrefix(zero, length: 0) else { continue }
            requests.append(
                try .addRoute(
                    .init(destination: everything, gateway: gateway, link: link.index, metric: options.metric)
                )
            )
        }
        requests += try definition.routes.map {
            try .addRoute(
                .init(destination: $0.destination, gateway: $0.gateway, link: link.index, metric: $0.metric)
            )
        }
        try socket.perform(requests)
    }
}

/// Settings under /proc/sys/net, of the network namespace in which the calling thread is.
enum Sysctl {
    /// Writes a setting unless it has the value. An `optional` one may be missing: a kernel without IPv6.
    static func write(_ name: String, _ value: String, optional: Bool = false) throws(SystemError) {
        let path = "/proc/sys/net/\(name)"
        do throws(SystemError) {
            // What is right already may lie on a read-only /proc.
            if try FileSystem.readText(path) == value { return }
            try FileSystem.writeKernelFile(path, value)
        } catch  where optional && error.errno == ENOENT {}
    }
}
