import PodSpec

/// In which order pods go, by the kubelet's rules (`pkg/kubelet/eviction/helpers.go`). No I/O.
package enum EvictionRanking {
    package struct Candidate: Sendable, Hashable {
        package var pod: Pod
        package var consumption: PodConsumption

        package init(_ pod: Pod, _ consumption: PodConsumption) {
            self.pod = pod
            self.consumption = consumption
        }
    }

    /// The pods that may go, those first that are to go first: what uses more than it asked for, then low priorities, then
    /// what uses most beyond its request. Of processes and inodes nothing can be requested: priority, then use.
    ///
    /// Critical pods are not among them: the kubelet evicts none either, whatever becomes of the machine.
    package static func order(_ candidates: [Candidate], for resource: EvictionSignal.Resource) -> [Candidate] {
        let ranked = candidates.filter { $0.pod.effectivePriority < Pod.criticalPriority }.map { candidate in
            let request = request(of: candidate.pod, resource)
            let excess = candidate.consumption.total(resource).subtractingClamped(request)
            // Inodes count as exceeding in the kubelet too: their request is nothing.
            let isModest = resource == .processes || excess <= 0
            return (candidate, isModest, excess)
        }
        return ranked.sorted { a, b in
            if a.1 != b.1 { return b.1 }
            let (x, y) = (a.0.pod, b.0.pod)
            if x.effectivePriority != y.effectivePriority { return x.effectivePriority < y.effectivePriority }
            if a.2 != b.2 { return a.2 > b.2 }
            return (x.metadata.namespace, x.metadata.name) < (y.metadata.namespace, y.metadata.name)
        }.map(\.0)
    }

    private static func request(of pod: Pod, _ resource: EvictionSignal.Resource) -> Int64 {
        switch resource {
        case .memory, .storage: PodResources(pod).request(resource.rawValue)
        case .inodes, .processes: 0
        }
    }
}

extension Int64 {
    fileprivate func subtractingClamped(_ other: Int64) -> Int64 {
        let (difference, overflow) = subtractingReportingOverflow(other)
        return overflow ? (other > 0 ? .min : .max) : difference
    }
}
