import Linux

/// The time as the engine measures and shows it.
public protocol EngineClock: Sendable {
    /// Shown to people, kept in records; may jump.
    var wall: Timestamp { get }
    /// What deadlines are made of: never jumps.
    var uptime: Monotonic { get }
    /// Returns at the deadline, or throws `CancellationError`.
    func sleep(until deadline: Monotonic) async throws
}

/// The machine's own clocks.
public struct SystemClock: EngineClock {
    public init() {}

    public var wall: Timestamp { .now }
    public var uptime: Monotonic { .now }

    public func sleep(until deadline: Monotonic) async throws {
        try await Task.sleep(for: deadline.since(.now), clock: .suspending)
    }
}
