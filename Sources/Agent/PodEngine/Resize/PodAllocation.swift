import PodSpec

/// How much a pod may have: the requests and limits of its containers, its own, and its overhead.
public struct PodAllocation: Codable, Sendable, Hashable {
    public var containers: [String: ResourceRequirements] = [:]
    /// `spec.resources`.
    public var pod: ResourceRequirements?
    public var overhead: [String: Quantity] = [:]

    /// Nothing.
    public init() {}

    /// What a pod asks for.
    public init(_ pod: Pod) {
        for container in pod.spec.initContainers + pod.spec.containers {
            containers[container.name] = container.resources
        }
        self.pod = pod.spec.resources
        overhead = pod.spec.overhead
    }

    /// The pod as if it asked for this.
    public func granted(to pod: Pod) -> Pod {
        var pod = pod
        for index in pod.spec.initContainers.indices {
            let name = pod.spec.initContainers[index].name
            if let resources = containers[name] { pod.spec.initContainers[index].resources = resources }
        }
        for index in pod.spec.containers.indices {
            if let resources = containers[pod.spec.containers[index].name] {
                pod.spec.containers[index].resources = resources
            }
        }
        pod.spec.resources = self.pod
        pod.spec.overhead = overhead
        return pod
    }
}
