import PodSpec

/// By what other pods find a pod, below the cluster's domain. There are no Services on a lone node: what would be one's name is
/// the pod's own, and that of the workload that it belongs to, which then has the addresses of all its pods, as a headless
/// Service has.
package struct PodDomainNames: Sendable, Hashable {
    package private(set) var names: [String] = []
    package private(set) var services: [PodService] = []

    private static let defaultNamespace = "default"

    package init(of pod: Pod, node: EngineConfiguration.Node) {
        let namespace = pod.metadata.namespace
        if let workload = PodOwner.name(of: pod) { add(workload, in: namespace) }
        add(pod.metadata.name, in: namespace)
        let hostname = PodHostname.hostname(of: pod, node: node)
        add(hostname, in: namespace)
        if PodHostname.domain(of: pod) != nil, let subdomain = pod.spec.subdomain {
            // What Kubernetes gives the pods of a headless Service with that name.
            add("\(hostname).\(subdomain)", in: namespace)
            add(subdomain, in: namespace)
        }
        for port in (pod.spec.initContainers + pod.spec.containers).flatMap(\.ports) {
            guard let name = port.name, !name.isEmpty else { continue }
            let transport: PodPortMapping.TransportProtocol =
                switch port.protocol {
                case .tcp: .tcp
                case .udp: .udp
                case .sctp: .sctp
                }
            let service = PodService(name: name, transport: transport, port: port.containerPort)
            if !services.contains(service) { services.append(service) }
        }
    }

    /// `web.shop` and `web.shop.svc`; in the namespace `default` also `web` alone.
    private mutating func add(_ name: String, in namespace: String) {
        var all = ["\(name).\(namespace)", "\(name).\(namespace).svc"]
        if namespace == Self.defaultNamespace { all.insert(name, at: 0) }
        for name in all where !names.contains(name) { names.append(name) }
    }
}
