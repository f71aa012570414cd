import Firewall
import Glibc
import JSONCoding
import Linux
import Netlink
import NetworkSpec

/// A bridge on the host, and a veth pair from it into the container.
struct BridgeNetwork: NetworkDriver {
    let context: DriverContext
    let settings: BridgeSettings
    let assigned: AssignedAddresses
    let bridgeName: String
    /// What the host's end of the pair is to be called; nil lets the kernel choose.
    let hostName: String?

    var network: NetworkInfo { context.attachment.network }
    var kernel: Kernel { context.kernel }
    var interface: String { context.attachment.options.interface }

    init(_ context: DriverContext) throws {
        self.context = context
        let network = context.attachment.network
        settings = try BridgeSettings(network.options, generation: context.generation)
        if try network.addressManagement() == .dhcp, settings.isManaged {
            throw ToolError("cannot use dhcp ipam driver without using the option mode=unmanaged")
        }
        guard let bridgeName = network.networkInterface else {
            throw ToolError("no network interface name for the bridge of network \(network.name)")
        }
        self.bridgeName = bridgeName
        hostName = context.attachment.options.options?["host_interface_name"]
        for name in [bridgeName, context.attachment.options.interface, hostName].compactMap({ $0 })
        where !InterfaceName.isValid(name) {
            throw ToolError("\"\(name)\" is no interface name: 1 to 15 bytes without white space, / : and %")
        }
        assigned = try AssignedAddresses(context.attachment)
    }

    /// The inside.
    var inside: ContainerInterface {
        ContainerInterface(
            name: interface,
            assigned: assigned,
            routes: network.routes,
            hasDefaultRoute: settings.hasDefaultRoute && !network.isInternal,
            metric: settings.metric
        )
    }

    func setUp(_ namespace: Kernel.ContainerNamespace) throws -> AttachmentResult {
        if try network.addressManagement() == .dhcp { throw LeaseProxy.failure() }
        let isNew = try kernel.socket.link(named: bridgeName) == nil
        var made = Made()
        do {
            return try setUp(namespace, &made)
        } catch {
            // What fails here as well is less than what is being reported.
            try? takeBack(made, isNewBridge: isNew)
            throw error
        }
    }

    /// How far a setup came.
    private struct Made {
        var link: Int32?
        var hasFirewall = false
    }

    private func setUp(_ namespace: Kernel.ContainerNamespace, _ made: inout Made) throws -> AttachmentResult {
        let bridge = try raise()
        try connect(namespace, to: bridge.link, mtu: bridge.mtu)
        let (link, port) = try kernel.within(namespace) { socket in
            guard let end = try socket.link(named: interface), let port = end.parent else {
                throw NetlinkError(operation: "RTM_GETLINK", subject: interface, errno: ENODEV)
            }
            return (end, port)
        }
        made.link = port
        try finishPort(port)
        try kernel.within(namespace) { socket in
            // Loopback is number 1 in every namespace.
            try socket.perform(.changeLink(1, LinkChange(isUp: true)))
            _ = try inside.configure(socket)
        }
        let listenAddresses = try self.listenAddresses(bridge.link)
        if let firewall = context.firewall, settings.isManaged {
            made.hasFirewall = true
            try firewall.add(rules(listenAddresses))
            try firewall.add(ports, container: context.request.containerID)
        }
        let names = context.names(at: listenAddresses, assigned)
        return AttachmentResult(
            answer: try JSON.node(from: StatusBlock(
                dnsSearchDomains: names == nil ? [] : ["dns.podman"],
                dnsServers: names?.listenAddresses ?? [],
                interfaces: [
                    interface: .init(address: link.address?.description ?? "", subnets: assigned.addresses)
                ]
            )),
            names: names
        )
    }

    private func connect(_ namespace: Kernel.ContainerNamespace, to bridge: Link, mtu: UInt32?) throws {
        do throws(NetlinkError) {
            try kernel.socket.perform(
                .createVeth(
                    .init(name: hostName),
                    peer: .init(name: interface, address: context.attachment.options.staticMAC),
                    peerNamespace: namespace.descriptor.rawValue,
                    master: bridge.index,
                    mtu: mtu
                )
            )
        } catch  where error.errno == EEXIST {
            let other = hostName.map { " or \($0) exists on host namespace" } ?? ""
            throw ToolError(
                "create veth pair: interface \(interface) already exists on container namespace\(other): \(ToolError(error))"
            )
        } catch { throw ToolError("create veth pair: \(ToolError(error))") }
    }

    private func finishPort(_ port: Int32) throws {
        try during("set up host veth of \(interface)") {
            var changes: [NetlinkRequest] = [
                // A port needs no address, and what IPv6 would announce for it goes to every container on the bridge.
                try .changeLink(port, LinkChange(makesLinkLocalAddress: false)),
                // With br_netfilter a container's connection to its own host port turns round within the bridge.
                .allowHairpin(port),
            ]
            if let vlan = settings.vlan { changes.append(.setVLAN(vlan, ofPort: port)) }
            try kernel.socket.perform(changes + [.changeLink(port, LinkChange(isUp: true))])
        }
    }

    /// Where names are asked for: the gateways, or what an administrator's bridge has.
    private func listenAddresses(_ bridge: Link) throws -> [IPAddress] {
        if settings.isManaged { return network.subnets.compactMap(\.gateway) }
        guard network.dnsEnabled, context.hasNames else { return [] }
        let addresses = try kernel.socket.addresses().filter { $0.link == bridge.index }.map(\.address.address)
            .filter { IPPrefix("fe80::/10")?.contains($0) != true }
        if addresses.isEmpty {
            throw ToolError(
                "bridge '\(bridgeName)' in unmanaged mode has no usable IP addresses. Aardvark-dns requires at least one "
                    + "address (should not be an IPv6 link-local address) to bind to. Please add an IP address or "
                    + "disable DNS for this network (--disable-dns)."
            )
        }
        return addresses
    }

    private func rules(_ listenAddresses: [IPAddress]) -> NetavarkNetwork {
        var rules = NetavarkNetwork(
            id: network.id,
            bridge: bridgeName,
            subnets: network.subnets.map(\.subnet),
            isolation: settings.isolation,
            isInternal: network.isInternal
        )
        rules.outboundAddresses = settings.outboundAddresses
        if network.dnsEnabled, context.hasNames, context.nameServerPort != 53 {
            (rules.nameServers, rules.nameServerPort) = (listenAddresses, context.nameServerPort)
        }
        return rules
    }

    private var ports: NetavarkPorts {
        NetavarkPorts(
            networkID: network.id,
            addresses: assigned.addresses.map(\.address),
            mappings: network.isInternal ? [] : context.request.ports
        )
    }

    // MARK: the end

    private func takeBack(_ made: Made, isNewBridge: Bool) throws {
        try remove(port: made.link, withFirewall: made.hasFirewall, mayRemoveBridge: isNewBridge)
    }

    func tearDown(_ namespace: Kernel.ContainerNamespace?) throws {
        var failures = Failures()
        var port: Int32?
        if let namespace { port = failures.collect { try leave(namespace) } }
        failures.collect { try remove(port: port, withFirewall: true, mayRemoveBridge: true) }
        try failures.throwIfAny()
    }

    /// Takes the routes back, and gives the number of the host's end.
    private func leave(_ namespace: Kernel.ContainerNamespace) throws -> Int32? {
        try kernel.within(namespace) { socket in
            try inside.removeRoutes(socket)
            guard let link = try socket.link(named: interface) else {
                let missing = NetlinkError(operation: "RTM_GETLINK", subject: interface, errno: ENODEV)
                throw ToolError("failed to delete container veth \(interface): \(ToolError(missing))")
            }
            return link.parent
        }
    }

    /// Removes a container's port, and with the last one the network.
    private func remove(port: Int32?, withFirewall: Bool, mayRemoveBridge: Bool) throws {
        var failures = Failures()
        let bridge = try kernel.socket.link(named: bridgeName)
        let ports = try kernel.socket.links().filter { bridge != nil && $0.master == bridge?.index }
        let own = ports.first { $0.index == port && $0.kind == "veth" }
        let isLast = settings.isManaged && !ports.contains { $0.index != own?.index }
        if withFirewall, settings.isManaged, let firewall = context.firewall {
            failures.collect { try firewall.remove(self.ports, container: context.request.containerID) }
            if isLast { failures.collect { try firewall.remove(network: rules([])) } }
        }
        failures.collect {
            try during("failed to delete container veth \(interface)") {
                try delete([own?.index, isLast && mayRemoveBridge && bridge?.kind == "bridge" ? bridge?.index : nil])
            }
        }
        if isLast, mayRemoveBridge { failures.collect { try SettingsFile.remove(bridgeName) } }
        try failures.throwIfAny()
    }

    /// Removes links. Each removal waits for the kernel's readers (18 ms), all of a group wait once.
    private func delete(_ links: [Int32?]) throws {
        let links = links.compactMap { $0 }
        if links.count > 1 {
            // "swn", which nobody else uses.
            let group: UInt32 = 0x7377_6e00
            try kernel.socket.perform(links.map { .setGroup(group, of: $0) } + [.deleteLinks(ofGroup: group)])
        } else if let link = links.first {
            try kernel.socket.deleteLink(link)
        }
    }
}
