import Synchronization

/// Opens a gate when as many things have happened as were announced.
final class Countdown: Sendable {
    private let remaining: Mutex<Int>
    private let latch = Latch()

    init(_ count: Int) {
        remaining = Mutex(count)
        if count == 0 { latch.open() }
    }

    func count() {
        let isLast = remaining.withLock { remaining in
            remaining -= 1
            return remaining == 0
        }
        if isLast { latch.open() }
    }

    /// Returns when all has happened, or when the task is cancelled.
    func wait() async { await latch.wait() }
}
