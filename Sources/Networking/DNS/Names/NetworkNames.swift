import NetworkSpec

/// What a network has to say about names: one file of the folder.
public struct NetworkNames: Sendable, Hashable {
    public var name: String
    /// Nothing is asked outside for containers that have no other network.
    public var isInternal: Bool
    /// Where it is asked: the network's addresses of the host.
    public var addresses: [IPAddress]
    /// Asked outside for its containers; empty for the host's own servers.
    public var servers: [IPAddress]
    public var containers: [Container]

    public init(
        name: String,
        isInternal: Bool,
        addresses: [IPAddress],
        servers: [IPAddress] = [],
        containers: [Container] = []
    ) {
        self.name = name
        self.isInternal = isInternal
        self.addresses = addresses
        self.servers = servers
        self.containers = containers
    }

    public struct Container: Sendable, Hashable {
        public var id: String
        public var addresses: [IPAddress]
        public var names: [String]
        /// Asked outside for this container alone; nil for the network's.
        public var servers: [IPAddress]?
        /// What it serves by name, for SRV; swiftlet's own extension of the file.
        public var services: [Service]

        public init(
            id: String,
            addresses: [IPAddress],
            names: [String],
            servers: [IPAddress]? = nil,
            services: [Service] = []
        ) {
            self.id = id
            self.addresses = addresses
            self.names = names
            self.servers = servers
            self.services = services
        }
    }

    /// `_name._protocol`, RFC 2782.
    public struct Service: Sendable, Hashable {
        public var name: String
        public var `protocol`: String
        public var port: UInt16

        public init(name: String, protocol: String, port: UInt16) {
            self.name = name
            self.protocol = `protocol`
            self.port = port
        }
    }
}
