import Linux

/// One look at both clocks, so that a change carries one time.
public struct Moment: Sendable, Hashable {
    public var wall: Timestamp
    public var uptime: Monotonic

    public init(wall: Timestamp, uptime: Monotonic) {
        self.wall = wall
        self.uptime = uptime
    }

    /// When, on the clock that does not jump, a wall-clock time of the past was. A time of the future, left by a clock that has
    /// been set back, counts as now.
    func uptime(of past: Timestamp) -> Monotonic {
        let age = max(.zero, wall.since(past))
        return uptime.advanced(by: .zero - age)
    }
}

extension EngineClock {
    var now: Moment { Moment(wall: wall, uptime: uptime) }
}
