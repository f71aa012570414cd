/// A node.k8s.io/v1 RuntimeClass: a name for a handler, which the agent's configuration knows.
public struct RuntimeClass: Codable, Sendable, Hashable {
    public var apiVersion: String
    public var kind: String
    public var metadata: ObjectMeta
    public var handler: String
    /// What a pod of the class costs beside its containers.
    public var overhead: Overhead?

    public struct Overhead: Codable, Sendable, Hashable {
        /// By resource: `cpu`, `memory`.
        @EmptyByDefault public var podFixed: [String: Quantity]

        public init(podFixed: [String: Quantity]) { self.podFixed = podFixed }
    }

    /// Creates a class.
    public init(metadata: ObjectMeta, handler: String) {
        apiVersion = "node.k8s.io/v1"
        kind = "RuntimeClass"
        self.metadata = metadata
        self.handler = handler
    }
}
