/// A network as netavark and podman describe it: one JSON file each, and the values of `network_info`.
public struct NetworkDefinition: Sendable, Hashable {
    /// What pods ask for it by.
    public var name: String
    /// 64 hexadecimal digits, or empty: nothing here depends on it.
    public var id = ""
    /// How pods are attached. See `NetworkDefinition.servedDrivers` and `pluginDriver`.
    public var driver = "bridge"
    /// The bridge, or the link of the host that pods share (the parent); nil lets the driver choose.
    public var networkInterface: String?
    /// When it was made, RFC 3339, as podman writes it.
    public var created: String?
    /// Where the pods' addresses come from, one lease of each.
    public var subnets: [Subnet] = []
    /// Routes that pods get beside the default route.
    public var routes: [Route] = []
    /// Whether subnets of IPv6 are meant.
    public var ipv6Enabled = false
    /// True cuts the pods off from everything outside of the network.
    public var isInternal = false
    /// Whether the names of pods are to be served on this network.
    public var dnsEnabled = false
    /// Name servers for the pods of this network instead of the host's.
    public var dnsServers: [IPAddress] = []
    /// Free-form, for people and tools.
    public var labels: [String: String] = [:]
    /// Settings of the driver.
    public var options: [String: String] = [:]
    /// Settings of the address management: `driver`.
    public var ipamOptions: [String: String] = [:]
    /// The programs that make it, of a network that is a configuration list; with nothing else but its name.
    public var plugins: PluginList?

    /// Makes a definition of a bridge network.
    public init(name: String, networkInterface: String?, subnets: [Subnet]) {
        self.name = name
        self.networkInterface = networkInterface
        self.subnets = subnets
    }

    /// A range of addresses and how to leave it.
    public struct Subnet: Sendable, Hashable, Codable {
        /// The range.
        public var subnet: IPPrefix
        /// The next hop of the pods' default route: the bridge's own address, or a router of the parent's network. Nil means the
        /// first host address.
        public var gateway: IPAddress?
        /// The part of the range that pods get addresses from; nil means all of it.
        public var leaseRange: LeaseRange?

        enum CodingKeys: String, CodingKey, CaseIterable {
            case subnet, gateway
            case leaseRange = "lease_range"
        }

        /// Makes a subnet.
        public init(_ subnet: IPPrefix, gateway: IPAddress? = nil, leaseRange: LeaseRange? = nil) {
            self.subnet = subnet
            self.gateway = gateway
            self.leaseRange = leaseRange
        }
    }

    /// The part of a subnet that leases come from; both ends belong to it.
    public struct LeaseRange: Sendable, Hashable, Codable {
        /// The first address, by default that of the subnet.
        public var start: IPAddress?
        /// The last address, by default that of the subnet.
        public var end: IPAddress?

        enum CodingKeys: String, CodingKey, CaseIterable {
            case start = "start_ip"
            case end = "end_ip"
        }

        /// Makes a range.
        public init(start: IPAddress? = nil, end: IPAddress? = nil) {
            self.start = start
            self.end = end
        }
    }

    /// A route of the pods.
    public struct Route: Sendable, Hashable, Codable {
        /// What it leads to.
        public var destination: IPPrefix
        /// The next hop, within one of the network's subnets.
        public var gateway: IPAddress
        /// Lower wins.
        public var metric: UInt32?

        enum CodingKeys: String, CodingKey, CaseIterable {
            case destination, gateway, metric
        }

        /// Makes a route.
        public init(destination: IPPrefix, gateway: IPAddress, metric: UInt32? = nil) {
            self.destination = destination
            self.gateway = gateway
            self.metric = metric
        }
    }
}
