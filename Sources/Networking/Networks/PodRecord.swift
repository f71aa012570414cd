import NetworkSpec

/// What is, or is about to be, made for a pod: written before the first step and removed after the last.
struct PodRecord: Sendable, Hashable, Codable {
    var version = 1
    var podUID: String
    var podName: String
    var namespacePath: String
    /// The driver of its network. Missing in records of earlier versions, which knew bridges alone.
    var driver: String?
    /// On a bridge, this end of the veth pair; else empty.
    var hostInterface: String
    /// The interface's number in the pod's namespace, where nothing of it lies on the host.
    var linkIndex: Int32?
    var portMappings: [PortMapping]
    var status: PodNetworkStatus
    /// Missing in records of earlier versions.
    var names: PodNames?
    /// By what policies know it. Missing in records of earlier versions.
    var traffic: PodTraffic?
    /// The limits of its interface.
    var bandwidth: Bandwidth?
    /// Whether it may send with addresses that are not its own. Missing in records of earlier versions.
    var sendsForOthers: Bool?
    /// Whether it is a network beside the pod's own, which has a record of its own. Missing in records of earlier versions.
    var isAdditional: Bool?

    /// What no two records have in common: names of interfaces follow from it, and leases belong to it.
    var key: String { Self.key(podUID, isAdditional == true ? status.network : nil) }

    /// - Parameter network: One beside the pod's own.
    static func key(_ podUID: String, _ network: String?) -> String { network.map { "\(podUID)@\($0)" } ?? podUID }
    /// Whether everything was made.
    var isComplete = false

    /// The pod's addresses without the lengths of their subnets.
    var addresses: [IPAddress] { status.addresses.map(\.address) }

    /// Whether it is connected by a bridge of the host, where the firewall sees what it sends.
    var isOnBridge: Bool { (driver ?? "bridge") == "bridge" }

    /// Whether its addresses are leased here, and not chosen by plugins.
    var hasLeases: Bool { driver != NetworkDefinition.pluginDriver }

    /// What the kernel gives the interface beside: by RFC 4291's way, from the hardware address.
    var linkLocalAddresses: [IPAddress] {
        guard families.contains(.v6) else { return [] }
        let mac = status.macAddress.bytes
        let bytes = [0xfe, 0x80, 0, 0, 0, 0, 0, 0, mac[0] ^ 2, mac[1], mac[2], 0xff, 0xfe, mac[3], mac[4], mac[5]]
        return IPAddress(bytes: bytes).map { [$0] } ?? []
    }

    /// The interfaces on the host that are its own.
    var hostInterfaces: [String] {
        guard isOnBridge else { return [] }
        return [hostInterface] + (bandwidth?.egress == nil ? [] : [InterfaceNames.limiter(podUID: podUID)])
    }

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
