/// Whoever is told what the engine does, while it does it. Must not wait.
public protocol EngineObserving: Sendable {
    /// Something that people and programs may want to know.
    func happened(_ happening: EngineHappening)

    /// Something to count.
    func measured(_ measurement: EngineMeasurement)
}

/// Nobody is told.
public struct Unobserved: EngineObserving {
    public init() {}

    public func happened(_ happening: EngineHappening) {}
    public func measured(_ measurement: EngineMeasurement) {}
}
