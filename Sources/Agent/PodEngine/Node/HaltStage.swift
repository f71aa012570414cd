import PodSpec

/// Pods that are ended together when the machine goes down, by the kubelet's rule: critical ones last, with time of their own.
package struct HaltStage: Sendable, Hashable {
    package var pods: [PodKey]
    /// How long after the beginning of the halt these pods must have ended.
    package var end: Duration

    package init(pods: [PodKey], end: Duration) {
        self.pods = pods
        self.end = end
    }

    /// - Parameters:
    ///   - limit: how long all pods together may take.
    ///   - reserved: how much of that is kept for critical pods; none where there are none.
    package static func stages(
        _ priorities: [PodKey: Int32],
        within limit: Duration,
        reserved: Duration
    ) -> [HaltStage] {
        let critical = priorities.filter { $0.value >= Pod.criticalPriority }.keys.sorted()
        let others = priorities.filter { $0.value < Pod.criticalPriority }.keys.sorted()
        if critical.isEmpty || others.isEmpty { return [HaltStage(pods: critical + others, end: limit)] }
        // With less time than is to be kept, everybody gets half of it.
        let kept = min(reserved, limit / 2)
        return [HaltStage(pods: others, end: limit - kept), HaltStage(pods: critical, end: limit)]
    }
}
