import PodSpec

/// The classes by which memory is taken away when there is too little.
package enum QualityOfService {
    /// `Guaranteed`: every container has cpu and memory limits and requests just as much. `BestEffort`: none says anything.
    package static func `class`(of pod: Pod) -> Pod.QualityOfService {
        let all = pod.spec.initContainers + pod.spec.containers
        var isGuaranteed = true
        var isBestEffort = true
        for container in all {
            for name in ["cpu", "memory"] {
                let limit = container.resources.limits[name].flatMap { $0.isZero ? nil : $0 }
                let request = container.resources.requests[name].flatMap { $0.isZero ? nil : $0 } ?? limit
                if limit != nil || request != nil { isBestEffort = false }
                if limit == nil || request != limit { isGuaranteed = false }
            }
        }
        return isBestEffort ? .bestEffort : isGuaranteed ? .guaranteed : .burstable
    }

    /// The kubelet's figures: -997, 1000, and between them by the share of the machine's memory that is requested.
    package static func oomScoreAdjustment(of container: Container, in pod: Pod, memory: Int64) -> Int {
        switch `class`(of: pod) {
        case .guaranteed: return -997
        case .bestEffort: return 1000
        case .burstable:
            let requested = ContainerResources(container.resources).requestedMemory
            guard memory > 0 else { return 999 }
            // In Double: bytes times a thousand may overflow, and the figure is a rough one.
            let adjustment = 1000 - Int(1000 * (Double(requested) / Double(memory)).clamped(to: 0...1))
            return min(max(adjustment, 3), 999)
        }
    }
}

extension Comparable {
    fileprivate func clamped(to range: ClosedRange<Self>) -> Self { min(max(self, range.lowerBound), range.upperBound) }
}
