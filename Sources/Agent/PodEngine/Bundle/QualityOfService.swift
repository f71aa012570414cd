import PodSpec

/// The classes by which memory is taken away when there is too little.
package enum QualityOfService {
    /// From this priority on a pod is critical, as those of `system-node-critical`.
    private static let critical: Int32 = 2_000_000_000

    /// The kubelet's figures: -997, 1000, and between them by the share of the machine's memory that is requested. A sidecar
    /// is never taken before the containers that it serves.
    package static func oomScoreAdjustment(of container: Container, in pod: Pod, memory: Int64) -> Int {
        let own = adjustment(of: container, in: pod, memory: memory)
        let isSidecar =
            container.restartPolicy == .always && pod.spec.initContainers.contains { $0.name == container.name }
        guard isSidecar else { return own }
        return min(own, pod.spec.containers.map { adjustment(of: $0, in: pod, memory: memory) }.min() ?? own)
    }

    private static func adjustment(of container: Container, in pod: Pod, memory: Int64) -> Int {
        if pod.spec.priority.map({ $0 >= critical }) ?? false { return -997 }
        switch pod.effectiveQualityOfService {
        case .guaranteed: return -997
        case .bestEffort: return 1000
        case .burstable:
            guard memory > 0 else { return 999 }
            // In Double: bytes times a thousand may overflow, and the figure is a rough one.
            let share = Double(requestedMemory(of: container, in: pod)) / Double(memory)
            return min(max(1000 - Int(1000 * share.clamped(to: 0...1)), 3), 999)
        }
    }

    /// What the container requests, with its part of what the pod requests beyond its containers.
    private static func requestedMemory(of container: Container, in pod: Pod) -> Int64 {
        let own = ContainerResources(container.resources).requestedMemory
        guard let total = pod.spec.resources?.requests["memory"] ?? pod.spec.resources?.limits["memory"] else { return own }
        let running = pod.spec.containers + pod.spec.initContainers.filter { $0.restartPolicy == .always }
        let named = running.reduce(Int64(0)) {
            $0.addingClamped(ContainerResources($1.resources).requestedMemory)
        }
        return own.addingClamped(max(0, total.units - named) / Int64(max(running.count, 1)))
    }
}

extension Comparable {
    fileprivate func clamped(to range: ClosedRange<Self>) -> Self { min(max(self, range.lowerBound), range.upperBound) }
}
