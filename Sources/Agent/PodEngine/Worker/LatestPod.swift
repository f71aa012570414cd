import PodSpec
import Synchronization

/// A pod as its manifest has it now: for steps that last while it changes in place.
final class LatestPod: Sendable {
    private let state: Mutex<Pod>

    init(_ pod: Pod) { state = Mutex(pod) }

    var pod: Pod { state.withLock { $0 } }

    func follow(_ pod: Pod) { state.withLock { $0 = pod } }
}
