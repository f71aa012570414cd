import Glibc
import Linux
import Netlink
import NetworkSpec

extension BridgeNetwork {
    /// Makes the bridge, or finishes one that is there. Gives it with the MTU for the container's pair.
    func raise() throws -> (link: Link, mtu: UInt32?) {
        let existing = try kernel.socket.link(named: bridgeName)
        if let existing, existing.kind != "bridge" {
            let kind = existing.kind ?? "another kind of"
            throw ToolError("bridge interface \(bridgeName) already exists but is a \(kind) interface, not a bridge")
        }
        guard settings.isManaged else {
            guard let existing else {
                let missing = NetlinkError(operation: "RTM_GETLINK", subject: bridgeName, errno: ENODEV)
                throw ToolError("in unmanaged mode, the bridge must already exist on the host: \(ToolError(missing))")
            }
            try filterVLANs(existing)
            return (existing, settings.mtu ?? existing.mtu)
        }
        let vrf = try self.vrf()
        var mtu = settings.mtu
        if mtu == nil, let existing { mtu = existing.mtu }
        if mtu == nil { mtu = try kernel.mtuOfDefaultRoute(table: vrf?.routingTable ?? 254).map { min($0, 65_535) } }
        if existing == nil {
            var new = NetlinkRequest.NewLink(
                name: bridgeName,
                kind: "bridge",
                settings: settings.vlan == nil ? [] : [.filtersVLANs]
            )
            (new.mtu, new.address) = (mtu, hardwareAddress)
            try during("create bridge \(bridgeName)") { try kernel.socket.perform(.createLink(new)) }
        }
        guard let link = try kernel.socket.link(named: bridgeName) else {
            throw NetlinkError(operation: "RTM_GETLINK", subject: bridgeName, errno: ENODEV)
        }
        if existing != nil { try filterVLANs(link) }
        try finish(link, vrf)
        return (link, mtu)
    }

    private func filterVLANs(_ link: Link) throws {
        guard settings.vlan != nil else { return }
        try during("enable VLAN filtering of bridge \(bridgeName)") {
            try kernel.socket.perform(.changeLink(link.index, kind: "bridge", [.filtersVLANs]))
        }
    }

    private func vrf() throws -> Link? {
        guard let name = settings.vrf else { return nil }
        return try during("get vrf to set up bridge interface") {
            guard let link = try kernel.socket.link(named: name) else {
                throw NetlinkError(operation: "RTM_GETLINK", subject: name, errno: ENODEV)
            }
            guard link.kind == "vrf" else { throw ToolError("\(name) is no vrf") }
            return link
        }
    }

    /// An address of the bridge's own: without one it takes that of a port, and changes with the ports.
    private var hardwareAddress: MACAddress? {
        for subnet in network.subnets {
            if case .v4(let gateway) = subnet.gateway { return MACAddress(of: gateway) }
        }
        var bytes = (0..<6).map { _ in UInt8.random(in: 0...255) }
        // Locally administered, of one interface.
        bytes[0] = bytes[0] & 0xfc | 2
        return MACAddress(bytes: bytes)
    }

    /// Settings, addresses, up. What is so already stays.
    private func finish(_ link: Link, _ vrf: Link?) throws {
        let gateways = network.subnets.compactMap { subnet in
            subnet.gateway.flatMap { IPPrefix($0, length: subnet.subnet.length) }
        }
        let hasIPv4 = gateways.contains { $0.address.family == .v4 }
        let hasIPv6 = gateways.contains { $0.address.family == .v6 }
        if !network.isInternal {
            // Internal networks need none of it, whatever families they have.
            if hasIPv4 || gateways.isEmpty { try Kernel.setting("net/ipv4/ip_forward", "1") }
            if hasIPv6 { try Kernel.setting("net/ipv6/conf/all/forwarding", "1") }
        }
        if hasIPv6 {
            try Kernel.setting("net/ipv6/conf/\(bridgeName)/accept_dad", "0", isOptional: true)
            try Kernel.setting("net/ipv6/conf/\(bridgeName)/accept_ra", "0", isOptional: true)
        }
        try during("set up bridge \(bridgeName)") {
            // Loose reverse path filter; and the way for connections from the host over 127.0.0.1, which the firewall guards.
            let settings: [LinkChange.IPv4Setting: UInt32] =
                network.isInternal ? [.forwarding: 0] : [.routeLocalNetworks: 1, .routeFilter: 2]
            try kernel.socket.perform(.changeLink(link.index, LinkChange(master: vrf?.index, ipv4: settings)))
        }
        for gateway in gateways {
            do throws(NetlinkError) { try kernel.socket.perform(.addAddress(gateway, to: link.index)) } catch {
                let hint =
                    gateway.address.family == .v6
                    ? "failed to add ipv6 address, is ipv6 enabled in the kernel?: " : ""
                throw ToolError("add ip addr to bridge: \(hint)\(ToolError(error))")
            }
        }
        try during("set bridge \(bridgeName) up") {
            try kernel.socket.perform(.changeLink(link.index, LinkChange(isUp: true)))
        }
        if !network.isInternal {
            try SettingsFile.write(bridgeName, hasIPv6: hasIPv6)
        }
    }
}
