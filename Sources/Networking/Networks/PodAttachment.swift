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
    /// By what it is found there.
    public var names = PodNames()

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
