extension Pod.Spec {
    /// A container or an init container by its name.
    public func container(named name: String) -> Container? {
        containers.first { $0.name == name } ?? initContainers.first { $0.name == name }
    }
}

extension Pod {
    /// The host name inside of the pod: `spec.hostname`, else the pod's name, cut to the 63 characters of a label.
    public var effectiveHostname: String {
        if let hostname = spec.hostname, !hostname.isEmpty { return hostname }
        var name = metadata.name.prefix(63)
        while let last = name.last, last == "-" || last == "." { name.removeLast() }
        return String(name)
    }

    /// What `system-cluster-critical` means: who has this priority, or a higher one, is needed for the machine itself.
    public static let criticalPriority: Int32 = 2_000_000_000

    /// `spec.priority`, or what the two classes mean that every cluster has.
    public var effectivePriority: Int32 {
        if let priority = spec.priority { return priority }
        return switch spec.priorityClassName {
        case "system-node-critical": Self.criticalPriority + 1000
        case "system-cluster-critical": Self.criticalPriority
        default: 0
        }
    }

    /// The quality-of-service class that follows from the limits and requests of all containers, by Kubernetes's rule.
    public var effectiveQualityOfService: QualityOfService {
        let resources = ["cpu", "memory"]
        // What the pod says itself stands for all of its containers.
        let own = spec.resources.flatMap { own in
            resources.contains { own.limits[$0] != nil || own.requests[$0] != nil } ? own : nil
        }
        let all = own.map { [$0] } ?? (spec.initContainers + spec.containers).map(\.resources)
        let isNothing = all.allSatisfy { requirements in
            resources.allSatisfy { name in
                (requirements.limits[name]?.isZero ?? true) && (requirements.requests[name]?.isZero ?? true)
            }
        }
        if isNothing { return .bestEffort }
        let isAll = all.allSatisfy { requirements in
            resources.allSatisfy { name in
                guard let limit = requirements.limits[name], !limit.isZero else { return false }
                // Filled in where the limit is the request; a pod's that is left open is the sum over its containers.
                return requirements.requests[name].map { $0 == limit } ?? (own == nil)
            }
        }
        return isAll ? .guaranteed : .burstable
    }
}
