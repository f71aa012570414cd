import PodSpec

/// Whether this machine can promise a pod more than it has. The kubelet's two answers: never (`Infeasible`), or not as long as
/// the others have what they have (`Deferred`).
package enum ResizeAdmission {
    /// Why it cannot be; nil where it can.
    ///
    /// - Parameters:
    ///   - wanted: the pod with the figures that it asks for.
    ///   - granted: the same pod with the figures that it has.
    ///   - others: the other pods, with theirs; finished ones count for nothing.
    package static func refusal(
        of wanted: Pod,
        instead granted: Pod,
        beside others: [Pod],
        on node: EngineConfiguration.Node
    ) -> StepFailure? {
        let running = others.filter { $0.status?.phase != .succeeded && $0.status?.phase != .failed }
        for (name, capacity) in [("cpu", node.resources.milliCPU), ("memory", node.memoryBytes)] where capacity > 0 {
            let request = PodResources(wanted).request(name)
            // What a pod has already it is not asked to give back: pods begin here whatever others were promised.
            guard request > PodResources(granted).request(name) else { continue }
            if request > capacity {
                let message = "Node didn't have enough capacity: \(name), requested: \(request), capacity: \(capacity)"
                return StepFailure(.infeasible, message)
            }
            let used = running.reduce(Int64(0)) { $0.addingClamped(PodResources($1).request(name)) }
            if used.addingClamped(request) > capacity {
                let message =
                    "Node didn't have enough resource: \(name), requested: \(request), used: \(used), "
                    + "capacity: \(capacity)"
                return StepFailure(.deferred, message)
            }
        }
        return nil
    }
}
