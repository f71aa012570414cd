import NetworkSpec

/// What netavark's table has to say about a network.
public struct NetavarkNetwork: Sendable, Hashable, Codable {
    /// Whether a network's containers reach those of other networks.
    public enum Isolation: String, Sendable, Hashable, Codable {
        /// As far as the others let them.
        case none
        /// Not those that are isolated too.
        case normal
        /// None.
        case strict
    }

    /// The network's id, 64 hexadecimal digits: eight of them are in the names of chains.
    public var id: String
    /// Its bridge.
    public var bridge: String
    /// Its subnets; none where the address management is `none`.
    public var subnets: [IPPrefix]
    /// Whether it keeps apart from others.
    public var isolation: Isolation
    /// True for a network without a way out: it has no rules here, see `FirewallLayout.bridgeGuard`.
    public var isInternal: Bool
    /// The source address of what leaves the host; without one of a family it is masqueraded.
    public var outboundAddresses: [IPAddress] = []
    /// The addresses at which names are served, where their port is not 53.
    public var nameServers: [IPAddress] = []
    /// That port.
    public var nameServerPort: UInt16 = 53

    /// Describes a network.
    public init(id: String, bridge: String, subnets: [IPPrefix], isolation: Isolation, isInternal: Bool) {
        self.id = id
        self.bridge = bridge
        self.subnets = subnets.map(\.network)
        self.isolation = isolation
        self.isInternal = isInternal
    }
}

/// What netavark's table has to say about the ports of a container on a network.
public struct NetavarkPorts: Sendable, Hashable, Codable {
    /// The network's id.
    public var networkID: String
    /// Addresses of the container, each with the length of its subnet. The first of a family gets the ports.
    public var addresses: [IPPrefix]
    /// The ports.
    public var mappings: [PortMapping]

    /// Describes ports.
    public init(networkID: String, addresses: [IPPrefix], mappings: [PortMapping]) {
        self.networkID = networkID
        self.addresses = addresses
        self.mappings = mappings
    }

    /// The addresses that get ports.
    var targets: [IPPrefix] {
        IPAddress.Family.allCases.compactMap { family in addresses.first { $0.address.family == family } }
    }
}
