import Linux

/// A moment until which a test waits.
public struct Deadline: Sendable {
    private let end: Int64

    public init(in duration: Duration) {
        end = Monotonic.now.nanoseconds + Int64(duration / .nanoseconds(1))
    }

    public var hasPassed: Bool { Monotonic.now.nanoseconds >= end }

    /// What is left, as poll(2) takes it: at least 0.
    public var milliseconds: Int32 { Int32(clamping: max(0, (end - Monotonic.now.nanoseconds + 999_999) / 1_000_000)) }
}
