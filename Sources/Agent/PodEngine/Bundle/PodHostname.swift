import PodSpec

/// The names that a pod's programs see as the machine's: the kubelet's rules.
package enum PodHostname {
    /// The domain under which services of a cluster have their names: the one that programs expect.
    package static let clusterDomain = "cluster.local"
    /// The most that the kernel takes (`__NEW_UTS_LEN`).
    private static let kernelLimit = 64

    /// `hostnameOverride`, `hostname`, or the pod's name cut to a label's length; the node's name on the host's network.
    package static func hostname(of pod: Pod, node: EngineConfiguration.Node) -> String {
        if pod.spec.hostNetwork ?? false { return node.name }
        if let name = pod.spec.hostnameOverride, !name.isEmpty { return name }
        if let name = pod.spec.hostname, !name.isEmpty { return name }
        var name = pod.metadata.name.prefix(63)
        while let last = name.last, last == "-" || last == "." { name.removeLast() }
        return String(name)
    }

    /// What comes behind the host name in the pod's full name; nil for a pod without a subdomain.
    package static func domain(of pod: Pod) -> String? {
        guard !(pod.spec.hostNetwork ?? false), pod.spec.hostnameOverride?.isEmpty ?? true,
            let subdomain = pod.spec.subdomain, !subdomain.isEmpty
        else { return nil }
        return "\(subdomain).\(pod.metadata.namespace).svc.\(clusterDomain)"
    }

    /// What `uname -n` says: the host name, or the full one where the pod wants that.
    package static func nodename(of pod: Pod, node: EngineConfiguration.Node) -> String {
        let hostname = hostname(of: pod, node: node)
        guard pod.spec.setHostnameAsFQDN ?? false, let domain = domain(of: pod) else { return hostname }
        return "\(hostname).\(domain)"
    }

    /// The same, where the kernel takes it.
    static func checkedNodename(of pod: Pod, node: EngineConfiguration.Node) throws(StepFailure) -> String {
        let name = nodename(of: pod, node: node)
        guard name.utf8.count <= kernelLimit || pod.spec.hostNetwork ?? false else {
            let message =
                "failed to construct FQDN from pod hostname and cluster domain, FQDN \(name) is too long "
                + "(\(kernelLimit) characters is the max, \(name.utf8.count) characters requested)"
            throw StepFailure(.failedCreatePodSandBox, message)
        }
        return name
    }
}
