import NetworkSpec

/// How pods come onto the networks of one kind. It belongs to the thread of `HostNetworks`, which has written down what is about
/// to be made.
protocol NetworkDriver: AnyObject {
    /// Chooses what a definition leaves open, and refuses what this host cannot have.
    func complete(_ definition: NetworkDefinition) throws -> NetworkDefinition

    /// Makes what pods are connected to, or completes what is there of it.
    func raise(_ definition: NetworkDefinition) throws

    /// Whether what pods are connected to is there.
    func isRaised(_ definition: NetworkDefinition) throws -> Bool

    /// Addresses of a network's subnets that others have, as far as that is known without asking them.
    func foreignAddresses(on definition: NetworkDefinition) throws -> Set<IPAddress>

    /// What a pod asks of its own network and cannot have there, by its places in the manifest. It is refused: a pod without it
    /// would be another pod.
    func unserved(_ request: PodAttachment, on definition: NetworkDefinition) -> [String]

    /// Connects a pod's namespace, and completes the record by what was chosen then.
    func attach(_ pod: inout PodRecord, to definition: NetworkDefinition) throws

    /// Whether a pod's interface is there.
    func isAttached(_ pod: PodRecord) throws -> Bool

    /// Removes pods' interfaces. Missing is no error, nor are namespaces that are gone.
    func detach(_ pods: [PodRecord]) throws
}
