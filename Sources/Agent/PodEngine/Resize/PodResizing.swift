import Linux
import PodSpec

/// Where a pod stands between what its file asks for and what its cgroups have. Changed by `PodLifecycle` only.
///
/// What is asked for is judged first, then granted, then applied; a container that starts meanwhile starts with what has been
/// granted, as a kubelet has it.
public struct PodResizing: Sendable, Hashable {
    /// What the pod may have.
    public internal(set) var granted: PodAllocation
    /// What its cgroups have.
    public internal(set) var applied: PodAllocation
    /// Judging and applying what the file asks for.
    public internal(set) var step = PodLifecycle.Piece<PodLifecycle.Present>.ready(PodLifecycle.Present())
    /// Why it is not granted: `Infeasible`, for as long as the file says so, or `Deferred`.
    public internal(set) var refusal: StepFailure?
    /// When it was asked for what it has not got.
    public internal(set) var since: Timestamp?
    var backoff: Backoff

    /// A pod that has what it asks for.
    init(_ allocation: PodAllocation, _ policy: Backoff.Policy) {
        granted = allocation
        applied = allocation
        backoff = Backoff(policy)
    }

    /// Asks for something else.
    mutating func want(_ wanted: PodAllocation, at now: Moment) {
        refusal = nil
        backoff.reset()
        if wanted == granted, wanted == applied {
            step = .ready(PodLifecycle.Present())
            since = nil
        } else {
            step = .needed
            since = now.wall
        }
    }

    /// Takes everything for granted and applied: there is nothing that it could be applied to.
    mutating func settle(_ allocation: PodAllocation) {
        granted = allocation
        applied = allocation
        step = .ready(PodLifecycle.Present())
        refusal = nil
        since = nil
        backoff.reset()
    }

    /// What is written down; nil for a pod that has what it asks for.
    func unfinished(_ wanted: PodAllocation) -> UnfinishedResize? {
        granted == wanted && applied == wanted ? nil : UnfinishedResize(granted: granted, applied: applied)
    }
}

/// A resize that is not done, as it is written down.
public struct UnfinishedResize: Codable, Sendable, Hashable {
    public var granted: PodAllocation
    public var applied: PodAllocation

    public init(granted: PodAllocation, applied: PodAllocation) {
        self.granted = granted
        self.applied = applied
    }
}
