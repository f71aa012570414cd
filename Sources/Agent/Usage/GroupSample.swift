import Linux
import UsageSpec

/// What was measured, and when.
public struct Measured<Value: Sendable & Hashable>: Sendable, Hashable {
    public var time: Timestamp
    public var value: Value

    public init(time: Timestamp, value: Value) {
        self.time = time
        self.value = value
    }
}

/// Two looks at one counter of processor time: what rates are made of. No I/O.
package struct GroupSample: Sendable {
    package private(set) var latest: Measured<GroupUsage>
    private var uptime: Monotonic
    /// When somebody last wanted it.
    package var wanted: Monotonic

    package init(_ usage: GroupUsage, at time: Timestamp, uptime: Monotonic) {
        latest = Measured(time: time, value: usage)
        self.uptime = uptime
        wanted = uptime
    }

    package var hasRate: Bool { latest.value.cpu == nil || latest.value.cpu?.nanocores != nil }

    package func age(at now: Monotonic) -> Duration { now.since(uptime) }

    /// Takes the next look; the rate is that of the time between them. A counter that has gone back is of another group of
    /// the same name, which begins anew.
    package mutating func take(_ usage: GroupUsage, at time: Timestamp, uptime now: Monotonic) {
        var usage = usage
        let passed = now.nanoseconds - uptime.nanoseconds
        if let before = latest.value.cpu?.usageNanoseconds, let total = usage.cpu?.usageNanoseconds, total >= before,
            passed > 0
        {
            usage.cpu?.nanocores = Int64(Double(total - before) * 1e9 / Double(passed))
        }
        latest = Measured(time: time, value: usage)
        uptime = now
    }
}
