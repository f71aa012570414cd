import Synchronization

/// Who has which ids: never two pods the same, and no pod those that somebody else has chosen (CRI's sandboxes). In memory; what
/// has to outlive the agent is in the records of both.
package final class IDRangeBook: Sendable {
    /// The ids that pods may have.
    private let pool: IDRange
    private let taken = Mutex<[String: IDRange]>([:])
    /// By owner; such ranges may have anything in common with each other.
    private let reserved = Mutex<[String: IDRange]>([:])

    package init(pool: IDRange) { self.pool = pool }

    /// What an earlier agent gave to a pod. It keeps it, whatever the pool is now.
    package func adopt(_ range: IDRange, of uid: String) { taken.withLock { $0[uid] = range } }

    /// A pod's ids: those that it has, or else the lowest that are free.
    package func take(for uid: String) throws(StepFailure) -> IDRange {
        let found = taken.withLock { taken -> IDRange? in
            if let own = taken[uid] { return own }
            let free = Self.lowest(in: pool, besides: taken.values + reserved.withLock { Array($0.values) })
            taken[uid] = free
            return free
        }
        guard let found else {
            let message = "no \(IDRange.countOfPod) ids are left of the \(pool.count) from \(pool.first) on, for hostUsers: false"
            throw StepFailure(.failedCreatePodSandBox, message)
        }
        return found
    }

    /// Nil for a pod in the host's user namespace.
    package func range(of uid: String) -> IDRange? { taken.withLock { $0[uid] } }

    /// For a pod of which nothing is left.
    package func release(_ uid: String) { taken.withLock { $0[uid] = nil } }

    /// Keeps ids from pods that come later, for somebody who chooses his own. False where a pod has one of them.
    package func reserve(_ range: IDRange, for owner: String) -> Bool {
        taken.withLock { taken in
            guard !taken.values.contains(where: range.overlaps) else { return false }
            reserved.withLock { $0[owner] = range }
            return true
        }
    }

    /// For one that has been using them since before this agent: he keeps them.
    package func adopt(reserved range: IDRange, for owner: String) { reserved.withLock { $0[owner] = range } }

    package func cancelReservation(of owner: String) { reserved.withLock { $0[owner] = nil } }

    private static func lowest(in pool: IDRange, besides others: [IDRange]) -> IDRange? {
        var first = UInt64(pool.first)
        let end = UInt64(pool.first) + UInt64(pool.count)
        // In order, each one that is in the way moves the candidate behind it.
        for other in others.sorted(by: { $0.first < $1.first }) {
            guard IDRange(first: UInt32(first), count: IDRange.countOfPod).overlaps(other) else { continue }
            first = UInt64(other.first) + UInt64(other.count)
            if first + UInt64(IDRange.countOfPod) > end { return nil }
        }
        guard first + UInt64(IDRange.countOfPod) <= end else { return nil }
        return IDRange(first: UInt32(first), count: IDRange.countOfPod)
    }
}
