import PodSpec

/// The three questions that a container may be asked again and again.
public enum ProbeKind: String, Sendable, Hashable, CaseIterable {
    /// Whether it has come up. Until it has, the others are not asked.
    case startup = "Startup"
    /// Whether it goes on. One that does not is started anew.
    case liveness = "Liveness"
    /// Whether it serves at the moment.
    case readiness = "Readiness"
}

/// As much of a probe as its schedule depends on.
public struct ProbeShape: Sendable, Hashable {
    public var action: HandlerAction
    /// From the container's start to the first question.
    public var initialDelay = Duration.zero
    public var period = Duration.seconds(10)
    public var timeout = Duration.seconds(1)
    /// So many equal answers in a row decide.
    public var successThreshold = 1
    public var failureThreshold = 3
    /// How long the container may take to end if this probe ends it, where it is not as long as the pod's.
    public var grace: Duration?

    public init(_ action: HandlerAction) {
        self.action = action
    }

    /// Nil where the probe names no action, which no valid manifest does. Zero stands for the API server's default, as there.
    public init?(_ probe: Probe) {
        guard let action = HandlerAction(probe) else { return nil }
        self.init(action)
        func positive(_ value: Int32?) -> Int? { value.flatMap { $0 > 0 ? Int($0) : nil } }
        initialDelay = .seconds(positive(probe.initialDelaySeconds) ?? 0)
        if let seconds = positive(probe.periodSeconds) { period = .seconds(seconds) }
        if let seconds = positive(probe.timeoutSeconds) { timeout = .seconds(seconds) }
        if let count = positive(probe.successThreshold) { successThreshold = count }
        if let count = positive(probe.failureThreshold) { failureThreshold = count }
        grace = probe.terminationGracePeriodSeconds.map { .seconds($0) }
    }

    /// The probes of a container.
    public static func all(of container: Container) -> [ProbeKind: ProbeShape] {
        var shapes: [ProbeKind: ProbeShape] = [:]
        shapes[.startup] = container.startupProbe.flatMap { ProbeShape($0) }
        shapes[.liveness] = container.livenessProbe.flatMap { ProbeShape($0) }
        shapes[.readiness] = container.readinessProbe.flatMap { ProbeShape($0) }
        return shapes
    }
}
