/// The names by which a pod is found on its networks.
public struct PodNames: Sendable, Hashable, Codable {
    /// What a pod serves by name: `_name._protocol` in front of each of its names, RFC 2782.
    public struct Service: Sendable, Hashable, Codable {
        public var name: String
        public var transport: String
        public var port: UInt16

        public init(name: String, transport: String, port: UInt16) {
            self.name = name
            self.transport = transport
            self.port = port
        }
    }

    /// Below the domain of the name server.
    public var names: [String]
    public var services: [Service]

    public init(names: [String] = [], services: [Service] = []) {
        self.names = names
        self.services = services
    }
}
