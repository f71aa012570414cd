import Glibc
import Linux

/// A moment until which a test waits.
public struct Deadline: Sendable {
    private let end: Int64

    /// How many times slower than usual the machine is, by SWIFTLET_TEST_PATIENCE: an emulated one is.
    public static let patience = getenv("SWIFTLET_TEST_PATIENCE").flatMap { Int64(String(cString: $0)) } ?? 1

    public init(in duration: Duration) {
        end = Monotonic.now.nanoseconds + Int64(duration / .nanoseconds(1)) * Deadline.patience
    }

    public var hasPassed: Bool { Monotonic.now.nanoseconds >= end }

    /// What is left, as poll(2) takes it: at least 0.
    public var milliseconds: Int32 { Int32(clamping: max(0, (end - Monotonic.now.nanoseconds + 999_999) / 1_000_000)) }
}
