import NetworkSpec

/// What is, or is about to be, made for a pod: written before the first step and removed after the last.
struct PodRecord: Sendable, Hashable, Codable {
    var version = 1
    var podUID: String
    var podName: String
    var namespacePath: String
    /// This end of the veth pair.
    var hostInterface: String
    var portMappings: [PortMapping]
    var status: PodNetworkStatus
    /// Missing in records of earlier versions.
    var names: PodNames?
    /// Whether everything was made.
    var isComplete = false

    /// The pod's addresses without the lengths of their subnets.
    var addresses: [IPAddress] { status.addresses.map(\.address) }

    /// The families that the pod has an address of.
    var families: Set<IPAddress.Family> { Set(addresses.map(\.family)) }
}

/// A network that is up.
struct NetworkRecord: Sendable, Hashable, Codable {
    var version = 1
    /// The definition by which it was made, with everything chosen that it left open: interface, gateways, MTU.
    var definition: NetworkDefinition
    /// Whether the bridge is ours to remove: it was not there before.
    var madeBridge: Bool

    /// The bridge's name.
    var bridge: String { definition.networkInterface ?? "" }

    /// The firewall's elements belong to it by this name, which no pod's UID can be.
    var owner: String { Self.ownerPrefix + definition.name }

    static let ownerPrefix = "network "
}
