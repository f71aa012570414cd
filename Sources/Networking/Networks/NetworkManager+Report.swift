import NetworkSpec

/// A network as it is, for people.
public struct NetworkReport: Sendable, Hashable {
    /// A pod on the network.
    public struct Pod: Sendable, Hashable {
        /// `namespace/name`.
        public var name: String
        public var uid: String
        public var status: PodNetworkStatus
        public var portMappings: [PortMapping]
    }

    /// Of one that is up, with everything chosen that its file leaves open.
    public var definition: NetworkDefinition
    /// Whether its bridge is there.
    public var isUp: Bool
    /// By name.
    public var pods: [Pod]
}

extension NetworkManager {
    /// The networks that are defined or up, by name. Where none is, the built-in one, whose subnet is chosen when it comes up.
    public func networks() async throws(NetworkError) -> [NetworkReport] {
        do {
            let host = try host()
            var definitions = try NetworkDefinitions(directory: configuration.definitionsDirectory).byName
            for (name, record) in host.networks { definitions[name] = record.definition }
            if definitions.isEmpty {
                let name = NetworkDefinitions.defaultName
                definitions[name] = NetworkDefinition(name: name, networkInterface: nil, subnets: [])
            }
            return definitions.values.sorted { $0.name < $1.name }.map { definition in
                let pods = host.pods.values.filter { $0.status.network == definition.name && $0.isComplete }
                return NetworkReport(
                    definition: definition,
                    isUp: host.networks[definition.name] != nil,
                    pods: pods.sorted { $0.podName < $1.podName }.map { pod in
                        .init(name: pod.podName, uid: pod.podUID, status: pod.status, portMappings: pod.portMappings)
                    }
                )
            }
        } catch {
            throw NetworkError(error)
        }
    }
}
