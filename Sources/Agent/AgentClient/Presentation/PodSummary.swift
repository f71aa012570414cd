import Linux
import PodSpec

/// A pod in the words of `kubectl get pods`: how many containers are ready, the status and why, restarts.
public struct PodSummary: Sendable, Hashable {
    public var readyContainers = 0
    public var containers: Int
    /// `Running`, `Completed`, `Init:0/1`, `CrashLoopBackOff`, `Terminating`, …
    public var status: String
    public var restarts = 0
    /// RFC 3339, of the end before the latest restart.
    public var lastRestart: String?

    /// Follows kubectl's own rules (printPod), so that the same pod has the same status in both.
    public init(_ pod: Pod) {
        let podStatus = pod.status
        // A sidecar counts among those that are to be ready.
        let sidecars = Set(pod.spec.initContainers.filter { $0.restartPolicy == .always }.map(\.name))
        containers = pod.spec.containers.count + sidecars.count
        status = podStatus?.reason ?? podStatus?.phase.rawValue ?? "Unknown"
        let isInitializing = addInitContainers(of: pod, sidecars)
        let isInitialized = podStatus?.isTrue("Initialized") ?? false
        if !isInitializing || isInitialized { addContainers(of: pod, sidecars) }
        let isOver = podStatus?.phase == .succeeded || podStatus?.phase == .failed
        if pod.metadata.deletionTimestamp != nil && !isOver { status = "Terminating" }
    }

    /// True while an init container has not ended well.
    private mutating func addInitContainers(of pod: Pod, _ sidecars: Set<String>) -> Bool {
        for (index, container) in (pod.status?.initContainerStatuses ?? []).enumerated() {
            count(container)
            if let end = container.state.terminated {
                if end.exitCode == 0 { continue }
                status = "Init:" + PodSummary.reason(of: end)
            } else if sidecars.contains(container.name), container.started ?? false {
                if container.ready { readyContainers += 1 }
                continue
            } else if let reason = container.state.waiting?.reason, !reason.isEmpty, reason != "PodInitializing" {
                status = "Init:" + reason
            } else {
                status = "Init:\(index)/\(pod.spec.initContainers.count)"
            }
            return true
        }
        return false
    }

    private mutating func addContainers(of pod: Pod, _ sidecars: Set<String>) {
        // Restarts of init containers no longer matter once they are over; sidecars go on.
        restarts = 0
        lastRestart = nil
        for container in pod.status?.initContainerStatuses ?? [] where sidecars.contains(container.name) { count(container) }
        var isRunning = false
        for container in (pod.status?.containerStatuses ?? []).reversed() {
            count(container)
            if let reason = container.state.waiting?.reason, !reason.isEmpty {
                status = reason
            } else if let end = container.state.terminated {
                status = PodSummary.reason(of: end)
            } else if container.ready && container.state.running != nil {
                isRunning = true
                readyContainers += 1
            }
        }
        // One container is done, another still runs.
        if status == "Completed" && isRunning {
            status = pod.status?.isTrue("Ready") == true ? "Running" : "NotReady"
        }
    }

    private mutating func count(_ container: ContainerStatus) {
        restarts += Int(container.restartCount)
        guard container.restartCount > 0, let end = container.lastState.terminated?.finishedAt else { return }
        // RFC 3339 in UTC sorts as text.
        if end > lastRestart ?? "" { lastRestart = end }
    }

    private static func reason(of end: ContainerState.Terminated) -> String {
        if let reason = end.reason, !reason.isEmpty { return reason }
        if let signal = end.signal, signal != 0 { return "Signal:\(signal)" }
        return "ExitCode:\(end.exitCode)"
    }

    /// `3 (5m ago)`.
    public func restartsText(now: Timestamp) -> String {
        guard restarts > 0, let lastRestart else { return "\(restarts)" }
        return "\(restarts) (\(HumanDuration.age(of: lastRestart, now: now)) ago)"
    }
}

extension Pod.Status {
    fileprivate func isTrue(_ condition: String) -> Bool {
        conditions.contains { $0.type == condition && $0.status == "True" }
    }
}
