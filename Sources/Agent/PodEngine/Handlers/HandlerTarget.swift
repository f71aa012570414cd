import PodSpec

/// The container that an action is for.
public struct HandlerTarget: Sendable, Hashable {
    /// `<pod uid>_<container name>_<attempt>`.
    public var containerID: String
    /// Where it is reached if the action names no host: the pod's address, on the host's network the node's.
    public var address: String
    /// For ports that are named.
    public var ports: [ContainerPort]

    public init(containerID: String, address: String, ports: [ContainerPort]) {
        self.containerID = containerID
        self.address = address
        self.ports = ports
    }

    /// The number of a port; nil where the container has none of that name.
    package func number(of port: PortReference) -> UInt16? {
        switch port {
        case .number(let number): number
        case .name(let name): ports.first { $0.name == name }?.containerPort
        }
    }

    /// An empty host is none.
    func host(_ host: String?) -> String {
        guard let host, !host.isEmpty else { return address }
        return host
    }
}
