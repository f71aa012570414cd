import Glibc
import NetworkSpec

/// Chooses what a definition leaves open and refuses what is wrong with it. Pure but for the time and for chance.
struct NetworkCompletion {
    private let used: CreateRequest.Used
    private let settings: CreateRequest.Options
    private let hostInterfaces: Set<String>
    var network: CreatedNetwork

    /// - Parameter hostInterfaces: Names that interfaces of the host have.
    init(_ request: CreateRequest, hostInterfaces: Set<String>) throws(ToolError) {
        (network, used, settings) = (request.network, request.used, request.options)
        self.hostInterfaces = hostInterfaces
    }

    mutating func complete() throws(ToolError) {
        try checkNames()
        network.options = network.options ?? [:]
        network.ipamOptions = network.ipamOptions ?? [:]
        switch network.driver {
        case "bridge": try completeBridge()
        case "macvlan", "ipvlan": try completeSharedLink()
        default: throw ToolError("unsupported driver \(network.driver)")
        }
        try checkSubnets()
        try checkRoutes()
        if ipam == "none", network.dnsEnabled {
            ToolLog.warn("netavark::commands::create", "dns disabled for network \"\(network.name)\" because ipam driver is set to none")
            network.dnsEnabled = false
        }
        if network.dnsServers?.isEmpty == false, !network.dnsEnabled {
            throw ToolError("cannot set NetworkDNSServers if DNS is not enabled for the network")
        }
        if network.created == nil { network.created = Self.now() }
    }

    private var ipam: String { network.ipamOptions?["driver"] ?? "" }

    private func checkNames() throws(ToolError) {
        if network.name.isEmpty { throw ToolError("Network name must be supplied") }
        guard Self.isName(network.name) else {
            throw ToolError(
                "Invalid characters in network name \"\(network.name)\": must match [a-zA-Z0-9][a-zA-Z0-9_.-]*")
        }
        if used.names[network.name] != nil { throw ToolError("network already exists \(network.name)") }
        if network.id.isEmpty { throw ToolError("Network id must be supplied") }
        guard network.id.utf8.allSatisfy({ Character(UnicodeScalar($0)).isHexDigit }) else {
            throw ToolError("Network id must be a hexadecimal string \"\(network.id)\"")
        }
        guard network.id.utf8.count == 64 else {
            throw ToolError("Network id must be exactly 64 characters long, got \(network.id.utf8.count): \(network.id)")
        }
    }

    private static func isName(_ text: String) -> Bool {
        func isAlphanumeric(_ byte: UInt8) -> Bool {
            (48...57).contains(byte) || (65...90).contains(byte) || (97...122).contains(byte)
        }
        guard let first = text.utf8.first, isAlphanumeric(first) else { return false }
        return text.utf8.allSatisfy { isAlphanumeric($0) || "._-".utf8.contains($0) }
    }

    // MARK: drivers

    private mutating func completeBridge() throws(ToolError) {
        var options = network.options ?? [:]
        if let mtu = options.removeValue(forKey: "com.docker.network.driver.mtu") { options["mtu"] = mtu }
        if let name = options.removeValue(forKey: "com.docker.network.bridge.name") { network.networkInterface = name }
        for (key, value) in options.sorted(by: { $0.key < $1.key }) { try checkBridgeOption(key, value) }
        network.options = options
        let isManaged = options["mode"] ?? "managed" == "managed"
        if let name = network.networkInterface, !name.isEmpty {
            // VLANs share a bridge, and an unmanaged one is there.
            if isManaged, options["vlan"] == nil, used.interfaces.contains(name) {
                throw ToolError("bridge name \(name) already in use")
            }
            guard InterfaceName.isValid(name) else { throw ToolError("bridge name \(name) is invalid") }
        } else {
            network.networkInterface = try freeInterface()
        }
        switch ipam {
        case "": network.ipamOptions?["driver"] = "host-local"
        case "host-local": break
        case "none":
            if network.subnets?.isEmpty == false { throw ToolError("None ipam driver is set but subnets are given") }
        case "dhcp":
            if isManaged { throw ToolError("cannot use dhcp ipam driver without using the option mode=unmanaged") }
        default: throw ToolError("Unsupported ipam driver: \(ipam)")
        }
        if ipam == "host-local" { try chooseSubnets() }
    }

    private func checkBridgeOption(_ key: String, _ value: String) throws(ToolError) {
        switch key {
        case "mtu", "metric":
            if UInt32(value) == nil { throw ToolError("unable to parse \"\(key)\": invalid digit found in string") }
        case "vlan":
            guard let number = UInt32(value) else { throw ToolError("unable to parse \"vlan\": invalid digit found in string") }
            if number > 4094 { throw ToolError("vlan must be between 0 and 4094: \(number)") }
        case "isolate": _ = try BridgeSettings.isolation(value)
        case "no_default_route": _ = try BridgeSettings.flag(key, value)
        case "mode":
            guard value == "managed" || value == "unmanaged" else { throw ToolError("unknown bridge mode \(value)") }
        case "vrf": if value.isEmpty { throw ToolError("invalid vrf name") }
        case "outbound_addr4", "outbound_addr6":
            guard let address = IPAddress(value), (address.family == .v4) == key.hasSuffix("4") else {
                throw ToolError("invalid IP address syntax: \(key) \"\(value)\"")
            }
        default: throw ToolError("unsupported bridge network option: \(key)")
        }
    }

    private mutating func completeSharedLink() throws(ToolError) {
        let driver = network.driver
        if let parent = network.networkInterface, !parent.isEmpty, !hostInterfaces.contains(parent) {
            throw ToolError("parent interface \(parent) does not exist")
        }
        for (key, value) in (network.options ?? [:]).sorted(by: { $0.key < $1.key }) {
            switch key {
            case "mode":
                let modes = driver == "macvlan" ? ["bridge", "private", "vepa", "passthru"] : ["l2", "l3", "l3s"]
                guard modes.contains(value) else { throw ToolError("unknown \(driver) mode \"\(value)\"") }
            case "mtu", "metric":
                if UInt32(value) == nil { throw ToolError("unable to parse \"\(key)\": invalid digit found in string") }
            case "no_default_route": _ = try BridgeSettings.flag(key, value)
            case "bclim" where driver == "macvlan":
                if Int32(value) == nil { throw ToolError("unable to parse \"bclim\": invalid digit found in string") }
            default: throw ToolError("unsupported \(driver) network option \(key)")
            }
        }
        let hasSubnets = network.subnets?.isEmpty == false
        switch ipam {
        case "": network.ipamOptions?["driver"] = hasSubnets ? "host-local" : "dhcp"
        case "host-local":
            if !hasSubnets {
                throw ToolError("\(driver) driver needs at least one subnet specified when the host-local ipam driver is set")
            }
        case "dhcp": if hasSubnets { throw ToolError("ipam driver dhcp set but subnets are set") }
        case "none": if hasSubnets { throw ToolError("None ipam driver is set but subnets are given") }
        default: throw ToolError("Unsupported ipam driver: \(ipam)")
        }
        if driver == "ipvlan", ipam == "dhcp" { throw ToolError("ipam driver dhcp is not supported with ipvlan") }
        // Their containers do not reach the host, where names are served.
        network.dnsEnabled = false
    }

    private func freeInterface() throws(ToolError) -> String {
        guard let prefix = settings.interfacePrefix else { throw ToolError("default interface name is not set") }
        for number in 0..<1_000_000 {
            let name = "\(prefix)\(number)"
            if !used.interfaces.contains(name), !hostInterfaces.contains(name) { return name }
        }
        throw ToolError("Could not find a free device name after 1,000,000 attempts")
    }

    // MARK: subnets

    private mutating func chooseSubnets() throws(ToolError) {
        var subnets = network.subnets ?? []
        if subnets.contains(where: { $0.subnet.address.family == .v6 }) { network.ipv6Enabled = true }
        if !subnets.contains(where: { $0.subnet.address.family == .v4 }), subnets.isEmpty || network.subnets == nil {
            subnets.insert(.init(try freeSubnet()), at: 0)
        }
        if network.ipv6Enabled, !subnets.contains(where: { $0.subnet.address.family == .v6 }) {
            subnets.append(.init(try freeULA()))
        }
        network.subnets = subnets
    }

    private func freeSubnet() throws(ToolError) -> IPPrefix {
        for pool in settings.pools where pool.base.address.family == .v4 {
            guard pool.size >= pool.base.length, pool.size <= 30,
                var candidate = IPPrefix(pool.base.first, length: pool.size)
            else { throw ToolError("Failed to create network from pool: \(pool.base) has no subnets of /\(pool.size)") }
            while pool.base.contains(candidate.address) {
                let isTaken = used.subnets.contains { $0.overlaps(candidate) }
                if !isTaken { return candidate }
                guard case .v4(let last) = candidate.last, last.bits < UInt32.max,
                    let next = IPPrefix(.v4(IPv4Address(bits: last.bits + 1)), length: pool.size)
                else { break }
                candidate = next
            }
        }
        throw ToolError("could not find free subnet from subnet pools")
    }

    /// A unique local prefix (RFC 4193): fd, forty bits by chance, subnet 0.
    private func freeULA() throws(ToolError) -> IPPrefix {
        for _ in 0..<1000 {
            let global = UInt128(UInt64.random(in: 0..<1 << 40))
            let address = IPAddress.v6(IPv6Address(bits: UInt128(0xfd) << 120 | global << 80))
            if let prefix = IPPrefix(address, length: 64), !used.subnets.contains(where: { $0.overlaps(prefix) }) {
                return prefix
            }
        }
        throw ToolError("failed to get random ipv6 subnet")
    }

    private mutating func checkSubnets() throws(ToolError) {
        var subnets = network.subnets ?? []
        for index in subnets.indices {
            let subnet = subnets[index].subnet.network
            subnets[index].subnet = subnet
            for other in subnets[..<index].map(\.subnet) where other.overlaps(subnet) {
                throw ToolError(
                    other == subnet
                        ? "duplicate subnet defined: \(subnet)" : "overlapping subnets: \(other) and \(subnet)")
            }
            if used.subnets.contains(where: { $0.overlaps(subnet) }) {
                throw ToolError("subnet \(subnet) is already used on the host or by another config")
            }
            if let gateway = subnets[index].gateway {
                guard subnet.contains(gateway) else { throw ToolError("gateway \(gateway) not in subnet \(subnet)") }
            } else if !network.isInternal || network.dnsEnabled {
                let limit = subnet.address.family.width - 1
                if subnet.length >= limit {
                    throw ToolError(
                        "could not create gateway for subnet \(subnet) because it has a \(limit) or greater subnet prefix")
                }
                subnets[index].gateway = subnet.hosts.lowerBound
            }
            try Self.check(subnets[index].leaseRange, subnet)
        }
        if network.subnets != nil { network.subnets = subnets }
    }

    private static func check(_ range: NetworkDefinition.LeaseRange?, _ subnet: IPPrefix) throws(ToolError) {
        guard let range else { return }
        if let start = range.start, !subnet.contains(start) {
            throw ToolError("lease range start_ip \(start) not in subnet \(subnet)")
        }
        if let end = range.end, !subnet.contains(end) {
            throw ToolError("lease range end_ip \(end) not in subnet \(subnet)")
        }
        if let start = range.start, let end = range.end, end < start {
            throw ToolError("lease range start_ip \(start) must be less than or equal to end_ip \(end)")
        }
    }

    private func checkRoutes() throws(ToolError) {
        for route in network.routes ?? [] {
            guard route.destination.network == route.destination else { throw ToolError("route destination invalid") }
            switch route.kind ?? "" {
            case "", "unicast":
                if route.gateway == nil {
                    throw ToolError("route \(route.destination) requires a gateway for type unicast")
                }
            case "blackhole", "unreachable", "prohibit":
                if route.gateway != nil {
                    throw ToolError("route \(route.destination) must not have a gateway for type \(route.kind ?? "")")
                }
            default: throw ToolError("invalid route type \"\(route.kind ?? "")\"")
            }
        }
    }

    /// RFC 3339 with nanoseconds.
    private static func now() -> String {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        var parts = tm()
        gmtime_r(&time.tv_sec, &parts)
        func two(_ number: Int32) -> String { number < 10 ? "0\(number)" : "\(number)" }
        let fraction = String(1_000_000_000 + time.tv_nsec).dropFirst()
        return "\(parts.tm_year + 1900)-\(two(parts.tm_mon + 1))-\(two(parts.tm_mday))T\(two(parts.tm_hour)):"
            + "\(two(parts.tm_min)):\(two(parts.tm_sec)).\(fraction)Z"
    }
}
