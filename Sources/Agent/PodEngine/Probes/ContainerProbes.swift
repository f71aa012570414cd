/// What the probes of a container's present attempt have come to say. Kept for as long as the attempt runs, and over a restart
/// of the agent.
public struct ContainerProbes: Sendable, Hashable {
    /// Whether the startup probe has passed.
    public var hasStarted = false
    /// Whether the readiness probe passes.
    public var isReady = false

    public init(hasStarted: Bool = false, isReady: Bool = false) {
        self.hasStarted = hasStarted
        self.isReady = isReady
    }
}
