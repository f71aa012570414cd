import Linux

/// The time as the engine measures and shows it.
public protocol EngineClock: Sendable {
    /// Shown to people, kept in records; may jump.
    var wall: Timestamp { get }
    /// What deadlines are made of: never jumps.
    var uptime: Monotonic { get }
    /// Returns at the deadline, or throws `CancellationError`.
    func sleep(until deadline: Monotonic) async throws
    /// Returns when the wall clock shows the time, or has been set meanwhile; throws `CancellationError`.
    func sleep(untilWall deadline: Timestamp) async throws
}

extension EngineClock {
    /// By the clock that does not jump: for clocks that nobody sets.
    public func sleep(untilWall deadline: Timestamp) async throws {
        try await sleep(until: uptime.advanced(by: deadline.since(wall)))
    }
}

/// The machine's own clocks.
public struct SystemClock: EngineClock {
    public init() {}

    public var wall: Timestamp { .now }
    public var uptime: Monotonic { .now }

    public func sleep(until deadline: Monotonic) async throws {
        // One timer for all of them: sleepers that are due together cost one wake-up.
        try await EventThread.shared.sleep(until: deadline)
    }

    public func sleep(untilWall deadline: Timestamp) async throws {
        let timer = try WallTimer(at: deadline)
        // The descriptor is closed with the timer: not before it has been waited for.
        defer { withExtendedLifetime(timer) {} }
        try await EventThread.shared.waitUntilReadable(timer.descriptor.rawValue)
    }
}
