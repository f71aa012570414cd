import Metrics
import Synchronization

/// Counts what one pull has brought, from reports of how far it is.
final class PulledBytes: Sendable {
    private let counter: Counter
    private let counted = Mutex<Int64>(0)

    init(_ counter: Counter) {
        self.counter = counter
    }

    /// - Parameter completed: bytes so far; a figure that falls back adds nothing.
    func note(_ completed: Int64) {
        let added = counted.withLock { counted in
            defer { counted = max(counted, completed) }
            return max(0, completed - counted)
        }
        if added > 0 { counter.increment(by: Double(added)) }
    }
}
