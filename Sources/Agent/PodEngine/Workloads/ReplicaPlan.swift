import PodSpec

/// What a Deployment, ReplicaSet or DaemonSet asks of the pods that are there and those that are to come.
package struct ReplicaPlan: Sendable, Hashable {
    package enum Replacement: Sendable, Hashable {
        /// Step by step, with so many too many and so many missing.
        case rolling(surge: Int, unavailable: Int)
        /// All old ones go, and are gone, before a new one comes.
        case recreate
        /// A pod of an earlier template counts like any other until it goes by itself.
        case never
    }

    package var desired: Int
    package var replacement: Replacement
    package var minReady: Duration
    /// Nil for no limit.
    package var progressDeadline: Duration?
    package var isPaused = false
    /// Whether a pod that is going still counts: two pods that need one port of the host do not run side by side.
    package var countsTerminating = false
    package var warnings: [String] = []

    init(_ spec: DeploymentSpec, hostPorts: Bool) {
        desired = Int(spec.replicas)
        minReady = .seconds(Int64(spec.minReadySeconds ?? 0))
        progressDeadline = spec.progressDeadlineSeconds.flatMap { $0 == .max ? nil : .seconds(Int64($0)) }
        isPaused = spec.paused ?? false
        countsTerminating = hostPorts
        guard spec.strategy.type == .rollingUpdate else {
            replacement = .recreate
            return
        }
        let update = spec.strategy.rollingUpdate
        var surge = (update?.maxSurge ?? .percent(25)).of(desired, roundingUp: true)
        var unavailable = min(desired, (update?.maxUnavailable ?? .percent(25)).of(desired, roundingUp: false))
        if hostPorts, surge > 0 {
            surge = 0
            warnings.append("spec.strategy.rollingUpdate.maxSurge: taken as 0, since the pods use ports of the host")
        }
        if hostPorts, desired > 1 {
            warnings.append("spec.replicas: only one pod can have the ports of the host that the template asks for")
        }
        // Both may come out as 0 of few pods: then nothing would ever move.
        if surge == 0, unavailable == 0 { unavailable = 1 }
        replacement = .rolling(surge: surge, unavailable: unavailable)
    }

    init(_ spec: ReplicaSetSpec) {
        desired = Int(spec.replicas)
        minReady = .seconds(Int64(spec.minReadySeconds ?? 0))
        replacement = .never
    }

    init(_ spec: DaemonSetSpec, hostPorts: Bool) {
        desired = 1
        minReady = .seconds(Int64(spec.minReadySeconds ?? 0))
        // Of the one node that there is, not two pods at a time unless they are asked for.
        countsTerminating = true
        guard spec.updateStrategy.type == .rollingUpdate else {
            replacement = .never
            return
        }
        var surge = spec.updateStrategy.rollingUpdate?.maxSurge?.of(1, roundingUp: true) ?? 0
        if hostPorts, surge > 0 {
            surge = 0
            warnings.append("spec.updateStrategy.rollingUpdate.maxSurge: taken as 0, since the pods use ports of the host")
        }
        replacement = .rolling(surge: min(1, surge), unavailable: surge > 0 ? 0 : 1)
        if surge > 0 { countsTerminating = false }
    }
}
