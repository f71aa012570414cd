import Synchronization

/// Lets a figure that changes thousands of times a second through a few times.
final class ProgressMeter: Sendable {
    private static let interval = Duration.milliseconds(50)
    private let next = Mutex(ContinuousClock.now)
    private let report: @Sendable (Int64) -> Void

    init(_ report: @escaping @Sendable (Int64) -> Void) { self.report = report }

    func update(_ value: Int64) {
        let now = ContinuousClock.now
        let due = next.withLock { next in
            guard now >= next else { return false }
            next = now + Self.interval
            return true
        }
        if due { report(value) }
    }
}
