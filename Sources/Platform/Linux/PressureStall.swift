import Glibc

/// Tells when tasks of the machine wait for memory: a trigger of `/proc/pressure/memory` (the kernel's PSI). Costs nothing while
/// nobody waits.
public final class PressureStall: Sendable {
    private let file: Descriptor

    /// Sets the trigger. Throws where the kernel has no PSI (ENOENT, EOPNOTSUPP), or no trigger for us.
    ///
    /// - Parameters:
    ///   - stall: for so long some task has to have waited.
    ///   - window: in so much time; also the least time between two events. Without CAP_SYS_RESOURCE it has to be a multiple of
    ///     two seconds.
    public init(of stall: Duration, within window: Duration) throws(SystemError) {
        file = try Descriptor.open("/proc/pressure/memory", O_RDWR | O_NONBLOCK)
        let (stalled, within) = (Int64(stall / .microseconds(1)), Int64(window / .microseconds(1)))
        // The kernel wants the text with its zero.
        try file.writeAll(Array("some \(stalled) \(within)".utf8) + [0])
    }

    /// Returns with the next event. One caller at a time. Throws `CancellationError` on cancellation.
    public func wait() async throws {
        _ = try await EventThread.shared.wait(for: .priority, on: file.rawValue, until: nil)
    }
}
