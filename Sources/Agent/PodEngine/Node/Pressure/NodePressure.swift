import Linux
import PodSpec
import Synchronization

/// What the machine is short of, for those who begin pods and those who ask.
public final class NodePressure: Sendable {
    private struct State {
        var conditions: Set<NodeCondition.Kind> = []
    }

    private let state = Mutex(State())
    /// 0 where it is not known.
    private let storageBytes: Int64

    init(storageBytes: Int64) {
        self.storageBytes = storageBytes
    }

    /// All of them, in a stable order.
    public var conditions: [NodeCondition] {
        let present = state.withLock { $0.conditions }
        return NodeCondition.Kind.allCases.map { NodeCondition(kind: $0, isTrue: present.contains($0)) }
    }

    /// Answers whether that is another state than before.
    func set(_ conditions: Set<NodeCondition.Kind>) -> Bool {
        state.withLock { state in
            defer { state.conditions = conditions }
            return state.conditions != conditions
        }
    }

    /// Why a pod may not begin now; nil where it may.
    func refusal(of pod: Pod) -> StepFailure? {
        let conditions = state.withLock { $0.conditions }
        return PodAdmission.refusal(of: pod, under: conditions, storage: storageBytes)
    }
}

/// Which pods may begin on a machine, by the kubelet's rules. No I/O.
package enum PodAdmission {
    /// - Parameter storage: bytes of the machine; 0 where that is not known.
    package static func refusal(of pod: Pod, under conditions: Set<NodeCondition.Kind>, storage: Int64) -> StepFailure? {
        let request = PodResources(pod).request("ephemeral-storage")
        if storage > 0, request > storage {
            let message = "Node didn't have enough resource: ephemeral-storage, requested: \(request), used: 0, capacity: \(storage)"
            return StepFailure(.outOfStorage, message)
        }
        if conditions.isEmpty || pod.effectivePriority >= Pod.criticalPriority { return nil }
        // Whoever has been promised memory may have it: the others are evicted for it.
        if conditions == [.memoryPressure], pod.effectiveQualityOfService != .bestEffort || pod.toleratesMemoryPressure {
            return nil
        }
        return EvictionWords.refused(conditions)
    }
}
