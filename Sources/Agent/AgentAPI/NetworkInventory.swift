/// The parameters of `network.get`.
public struct NetworkGetRequest: APIValue, Hashable {
    public var name: String

    public init(name: String) {
        self.name = name
    }

    public static let schema = Schema.object([.required("name", .string, "The network's name.")])
}

/// The result of `network.list`.
public struct NetworkList: APIValue, Hashable {
    /// By name.
    public var items: [NetworkSummary]
    /// Definition files that are refused.
    public var problems: [String]

    public init(items: [NetworkSummary], problems: [String]) {
        self.items = items
        self.problems = problems
    }

    public static let schema = Schema.named(
        "NetworkList",
        .object([
            .required("items", .array(of: NetworkSummary.schema), "The networks, by name."),
            .required("problems", .array(of: .string), "Definition files that are refused, and why."),
        ])
    )
}

/// A network that is defined or up.
public struct NetworkSummary: APIValue, Hashable {
    /// A range of addresses.
    public struct Subnet: APIValue, Hashable {
        public var subnet: String
        public var gateway: String?

        public init(subnet: String, gateway: String?) {
            self.subnet = subnet
            self.gateway = gateway
        }

        public static let schema = Schema.object([
            .required("subnet", .string, "The range: `10.88.0.0/16`."),
            .optional("gateway", .string, "The bridge's own address."),
        ])
    }

    /// The addresses of a pod.
    public struct Lease: APIValue, Hashable {
        /// `namespace/name`.
        public var pod: String
        public var podUID: String
        public var addresses: [String]
        public var macAddress: String
        /// `tcp 0.0.0.0:8080→80`.
        public var ports: [String]

        public init(pod: String, podUID: String, addresses: [String], macAddress: String, ports: [String]) {
            self.pod = pod
            self.podUID = podUID
            self.addresses = addresses
            self.macAddress = macAddress
            self.ports = ports
        }

        public static let schema = Schema.named(
            "NetworkSummary.Lease",
            .object([
                .required("pod", .string, "The pod: namespace/name."),
                .required("podUID", .string, "The pod's UID."),
                .required("addresses", .array(of: .string), "Its addresses."),
                .required("macAddress", .string, "The hardware address of its interface."),
                .required("ports", .array(of: .string), "The ports of the host that lead to it."),
            ])
        )
    }

    public var name: String
    public var driver: String
    /// The bridge; nil where that is chosen when the network comes up.
    public var interface: String?
    public var subnets: [Subnet] = []
    /// Nothing outside of the network can be reached.
    public var isInternal = false
    /// Whether its bridge is there.
    public var isUp = false
    public var labels: [String: String] = [:]
    /// The pods on it, by name.
    public var leases: [Lease] = []

    public init(name: String, driver: String) {
        self.name = name
        self.driver = driver
    }

    public static let schema = Schema.named(
        "NetworkSummary",
        .object([
            .required("name", .string, "What pods ask for it by."),
            .required("driver", .string, "How pods are attached: `bridge`."),
            .optional("interface", .string, "The bridge; absent where that is chosen when the network comes up."),
            .required("subnets", .array(of: Subnet.schema), "Where addresses come from."),
            .required("isInternal", .boolean, "Nothing outside of the network can be reached."),
            .required("isUp", .boolean, "Whether its bridge is there."),
            .required("labels", .map(of: .string), "Its labels."),
            .required("leases", .array(of: Lease.schema), "The pods on it, by name."),
        ])
    )
}
