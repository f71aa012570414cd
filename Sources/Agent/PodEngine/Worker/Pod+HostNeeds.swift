import PodSpec

extension Pod {
    /// What of it not every network can serve, by its places.
    package var hostNeeds: [PodHostNeed] {
        var needs = [BandwidthLimits.ingressAnnotation, BandwidthLimits.egressAnnotation]
            .filter { metadata.annotations[$0] != nil }
            .map { PodHostNeed(.bandwidth, "metadata.annotations[\($0)]") }
        for (list, containers) in [("initContainers", spec.initContainers), ("containers", spec.containers)] {
            for (index, container) in containers.enumerated() {
                needs += container.hostNeeds(in: "spec.\(list)[\(index)]")
            }
        }
        return needs
    }
}

extension Container {
    fileprivate func hostNeeds(in path: String) -> [PodHostNeed] {
        var needs = ports.indices.filter { ports[$0].hostPort != nil }
            .map { PodHostNeed(.port, "\(path).ports[\($0)].hostPort") }
        let probes = [
            ("livenessProbe", livenessProbe), ("readinessProbe", readinessProbe), ("startupProbe", startupProbe),
        ]
        for (name, probe) in probes {
            guard let action = probe.flatMap(HandlerAction.init)?.connecting else { continue }
            needs.append(PodHostNeed(.connection, "\(path).\(name).\(action)"))
        }
        for (name, hook) in [("postStart", lifecycle?.postStart), ("preStop", lifecycle?.preStop)] {
            guard let action = hook.flatMap(HandlerAction.init)?.connecting else { continue }
            needs.append(PodHostNeed(.connection, "\(path).lifecycle.\(name).\(action)"))
        }
        return needs
    }
}

extension HandlerAction {
    /// Its member where the agent connects to the pod's address; nil for one in the container, or to somebody else.
    fileprivate var connecting: String? {
        switch self {
        case .httpGet(let get): get.host?.isEmpty ?? true ? "httpGet" : nil
        case .tcpSocket(let socket): socket.host?.isEmpty ?? true ? "tcpSocket" : nil
        case .grpc: "grpc"
        case .exec, .sleep: nil
        }
    }
}
