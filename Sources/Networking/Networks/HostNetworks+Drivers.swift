import NetworkSpec

/// Which driver does what for whom.
extension HostNetworks {
    /// The driver of a network.
    func driver(of definition: NetworkDefinition) -> any NetworkDriver { driver(named: definition.driver) }

    private func driver(named name: String?) -> any NetworkDriver {
        switch name {
        case nil, "bridge": bridges
        case NetworkDefinition.pluginDriver: plugins
        default: sharedLinks
        }
    }

    /// Whether there is a network, or a pod whose network's record is lost, for which the firewall has to be there.
    var needsFirewall: Bool {
        networks.values.contains(where: \.definition.isBridge) || pods.values.contains(where: \.isOnBridge)
    }

    /// Whether a pod's interface is there.
    func isAttached(_ pod: PodRecord) throws -> Bool { try driver(named: pod.driver).isAttached(pod) }

    /// Removes pods' interfaces. Goes on after a failure of one driver with those of the others.
    func detach(_ pods: [PodRecord]) throws {
        var failures = FailureList()
        for (name, pods) in Dictionary(grouping: pods, by: \.driver) {
            failures.collect { try driver(named: name).detach(pods) }
        }
        try failures.throwIfAny()
    }
}
