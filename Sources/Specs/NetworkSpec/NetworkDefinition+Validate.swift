extension NetworkDefinition {
    /// The drivers that exist in this program.
    public static let servedDrivers = ["bridge", "macvlan", "ipvlan"]

    /// Whether its pods are on a bridge of the host, which sees all that they send: names, host ports, policies and limits hang
    /// on that.
    public var isBridge: Bool { driver == "bridge" }

    /// Checks what the types cannot say.
    public func validate() throws(NetworkDefinitionError) {
        try require(Self.isName(name), "name", "\"\(name)\" is no name: a letter or digit, then also . _ -")
        try require(
            Self.servedDrivers.contains(driver),
            "driver",
            "driver \"\(driver)\" is not served; served is \(Self.servedDrivers.joined(separator: ", "))"
        )
        if let networkInterface {
            try require(
                InterfaceName.isValid(networkInterface),
                "network_interface",
                "\"\(networkInterface)\" is no interface name: 1 to 15 bytes without white space, / : and %"
            )
        }
        let ipam = ipamOptions["driver"] ?? "host-local"
        try require(
            ipam == "host-local",
            "ipam_options.driver",
            "driver \"\(ipam)\" is not served; served is host-local"
        )
        try require(!subnets.isEmpty, "subnets", "a network needs at least one subnet")
        for index in subnets.indices { try validateSubnet(index) }
        for index in routes.indices { try validateRoute(index) }
        if isBridge { _ = try BridgeOptions(options) } else { try validateSharedLink() }
    }

    /// What needs a bridge is refused: an address of the host's that pods reach, or a place where the host sees what they send.
    private func validateSharedLink() throws(NetworkDefinitionError) {
        _ = try SharedLinkOptions(options, driver: driver)
        try require(
            !isInternal,
            "internal",
            "cannot be kept with \(driver): whoever is on the parent's network reaches its pods; "
                + "the option no_default_route leaves them without a way beyond it"
        )
        try require(
            !dnsEnabled,
            "dns_enabled",
            "cannot be served with \(driver): its pods reach no address of this host, where names are answered; "
                + "network_dns_servers names other servers"
        )
        try require(
            !ipv6Enabled || subnets.contains { $0.subnet.address.family == .v6 },
            "ipv6_enabled",
            "needs a subnet of IPv6 with \(driver): which one the parent's network has is not known here"
        )
    }

    private func validateSubnet(_ index: Int) throws(NetworkDefinitionError) {
        let entry = subnets[index]
        let (subnet, path) = (entry.subnet, "subnets[\(index)]")
        try require(
            subnet == subnet.network,
            "\(path).subnet",
            "\(subnet) has bits behind the prefix; the subnet is \(subnet.network)"
        )
        try require(
            subnet.address.family.width - subnet.length >= 2 && subnet.length >= 8,
            "\(path).subnet",
            "\(subnet) has no room for a gateway and pods, or too much"
        )
        try require(
            subnet.address.family == .v4 || ipv6Enabled,
            "\(path).subnet",
            "\(subnet) is IPv6, which \"ipv6_enabled\" says there is none of"
        )
        for other in subnets[..<index] where other.subnet.overlaps(subnet) {
            throw NetworkDefinitionError(path: "\(path).subnet", message: "\(subnet) overlaps \(other.subnet)")
        }
        if let gateway = entry.gateway {
            try require(
                subnet.hosts.contains(gateway),
                "\(path).gateway",
                "\(gateway) is no host address of \(subnet)"
            )
        }
        guard let range = entry.leaseRange else { return }
        for (key, address) in [("start_ip", range.start), ("end_ip", range.end)] {
            guard let address else { continue }
            try require(
                subnet.contains(address),
                "\(path).lease_range.\(key)",
                "\(address) does not lie in \(subnet)"
            )
        }
        if let start = range.start, let end = range.end {
            try require(start <= end, "\(path).lease_range", "\(start) comes after \(end)")
        }
    }

    private func validateRoute(_ index: Int) throws(NetworkDefinitionError) {
        let route = routes[index]
        try require(
            route.destination == route.destination.network,
            "routes[\(index)].destination",
            "\(route.destination) has bits behind the prefix; the destination is \(route.destination.network)"
        )
        try require(
            route.gateway.family == route.destination.address.family
                && subnets.contains { $0.subnet.contains(route.gateway) },
            "routes[\(index)].gateway",
            "\(route.gateway) does not lie in a subnet of this network"
        )
    }

    private func require(
        _ condition: Bool,
        _ path: @autoclosure () -> String,
        _ message: @autoclosure () -> String
    ) throws(NetworkDefinitionError) {
        if !condition { throw NetworkDefinitionError(path: path(), message: message()) }
    }

    /// podman's rule for names, which also makes them fit for file names.
    static func isName(_ text: String) -> Bool {
        func isAlphanumeric(_ byte: UInt8) -> Bool {
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"):
                true
            default:
                false
            }
        }
        guard let first = text.utf8.first, isAlphanumeric(first), text.utf8.count <= 64 else { return false }
        return text.utf8.allSatisfy { isAlphanumeric($0) || "._-".utf8.contains($0) }
    }
}

/// The kernel's rule for names of network interfaces (`dev_valid_name`).
public enum InterfaceName {
    /// Whether an interface can have the name. `%` is refused too: the kernel would take it for a pattern.
    public static func isValid(_ name: String) -> Bool {
        guard (1...15).contains(name.utf8.count), name != ".", name != ".." else { return false }
        return name.utf8.allSatisfy { $0 > 32 && $0 != 127 && !"/:%".utf8.contains($0) }
    }
}
