import NetworkSpec

/// What connects a pod: whose, where to, and which host ports lead to it.
public struct PodAttachment: Sendable, Hashable {
    /// The pod's UID.
    public var podUID: String
    /// The pod's `namespace/name`, for messages.
    public var podName: String
    /// The pin of its network namespace.
    public var namespacePath: String
    /// The network's name; nil means the default one.
    public var network: String?
    /// The host ports that lead to it.
    public var portMappings: [PortMapping]
    /// The networks that it is on beside that one.
    public var additional: [NetworkChoice] = []
    /// By what policies know it; nil for a pod that none concerns.
    public var traffic: PodTraffic?
    /// The limits of its interface.
    public var bandwidth: Bandwidth?
    /// Whether it may send with addresses and hardware addresses that are not its own: a router, a bridge, a virtual address.
    public var sendsForOthers = false
    /// By what it is found there.
    public var names = PodNames()
    /// What not every network can serve, by its places in the manifest. One that cannot refuses them by these.
    public var hostNeeds: [HostNeed] = []

    /// Makes an attachment.
    public init(
        podUID: String,
        podName: String,
        namespacePath: String,
        network: String? = nil,
        portMappings: [PortMapping] = []
    ) {
        self.podUID = podUID
        self.podName = podName
        self.namespacePath = namespacePath
        self.network = network
        self.portMappings = portMappings
    }
}

extension PodAttachment {
    /// Something of a pod that not every network can serve: a way between the host and the pod.
    public struct HostNeed: Sendable, Hashable {
        public enum Kind: Sendable, Hashable {
            /// A port of the host's that leads to it.
            case port
            /// A limit of its interface.
            case bandwidth
            /// The agent connects to it, on the host.
            case connection
        }

        public var kind: Kind
        /// Where the manifest says it.
        public var place: String

        public init(_ kind: Kind, _ place: String) { (self.kind, self.place) = (kind, place) }
    }

    /// The places of what is asked for of some kinds; what it is, where nobody has said its place.
    func places(of kinds: Set<HostNeed.Kind>) -> [String] {
        var needs = hostNeeds
        if !portMappings.isEmpty, !needs.contains(where: { $0.kind == .port }) {
            needs += portMappings.map { HostNeed(.port, "hostPort \($0.hostPort)/\($0.transportProtocol)") }
        }
        if bandwidth != nil, !needs.contains(where: { $0.kind == .bandwidth }) { needs.append(HostNeed(.bandwidth, "bandwidth")) }
        return needs.filter { kinds.contains($0.kind) }.map(\.place)
    }
}

/// A network that a pod is on beside its own.
public struct NetworkChoice: Sendable, Hashable {
    /// The network's name.
    public var network: String
    /// The interface's name in the pod; nil for `net` with the choice's place in its list, from 1.
    public var interface: String?

    /// Makes a choice.
    public init(network: String, interface: String? = nil) {
        (self.network, self.interface) = (network, interface)
    }
}

/// Limits in bits a second; nil for as much as there is.
public struct Bandwidth: Sendable, Hashable, Codable {
    /// What comes into the pod.
    public var ingress: UInt64?
    /// What goes out of it.
    public var egress: UInt64?

    /// Makes limits; nil where nothing is limited.
    public init?(ingress: UInt64?, egress: UInt64?) {
        guard ingress != nil || egress != nil else { return nil }
        (self.ingress, self.egress) = (ingress, egress)
    }
}

/// How a pod is connected.
public struct PodNetworkStatus: Sendable, Hashable, Codable {
    /// The network's name.
    public var network: String
    /// The interface in the pod's namespace.
    public var interface: String
    /// The interface's hardware address.
    public var macAddress: MACAddress
    /// The pod's addresses, each with the length of its subnet, in the order of the network's subnets.
    public var addresses: [IPPrefix]
    /// The next hops of its default routes; none in an internal network.
    public var gateways: [IPAddress]
    /// Who is asked for names: the network's own server, or servers that its definition names; empty means the host's.
    public var nameServers: [IPAddress]
    /// The domain of pods' names, where the network's own server is asked. Missing in records of earlier versions.
    public var nameDomain: String?
}
