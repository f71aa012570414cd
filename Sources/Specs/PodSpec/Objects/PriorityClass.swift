/// A scheduling.k8s.io/v1 PriorityClass: a name for a priority.
public struct PriorityClass: Codable, Sendable, Hashable {
    public var apiVersion: String
    public var kind: String
    public var metadata: ObjectMeta
    public var value: Int32
    /// Whether it is meant where a pod names none.
    public var globalDefault: Bool?
    public var preemptionPolicy: String?
    public var description: String?

    /// Creates a class.
    public init(metadata: ObjectMeta, value: Int32, isDefault: Bool = false) {
        apiVersion = "scheduling.k8s.io/v1"
        kind = "PriorityClass"
        self.metadata = metadata
        self.value = value
        globalDefault = isDefault ? true : nil
    }
}
