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

    /// The quality-of-service class that follows from the limits and requests of all containers, by Kubernetes's rule.
    public var effectiveQualityOfService: QualityOfService {
        let containers = spec.initContainers + spec.containers
        let resources = ["cpu", "memory"]
        let isNothing = containers.allSatisfy { container in
            resources.allSatisfy { name in
                (container.resources.limits[name]?.isZero ?? true)
                    && (container.resources.requests[name]?.isZero ?? true)
            }
        }
        if isNothing { return .bestEffort }
        let isAll = containers.allSatisfy { container in
            resources.allSatisfy { name in
                guard let limit = container.resources.limits[name], !limit.isZero else { return false }
                return container.resources.requests[name].map { $0 == limit } ?? true
            }
        }
        return isAll ? .guaranteed : .burstable
    }
}
