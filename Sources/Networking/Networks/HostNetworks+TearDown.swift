import Firewall
import Linux
import Netlink
import NetworkSpec

extension HostNetworks {
    /// Removes all that a pod has. See `tearDown(_:)`.
    func tearDown(podUID: String) throws {
        if let failure = tearDown([podUID])[podUID] { throw failure }
    }

    /// Removes one connection of a pod, by its record's key.
    func tearDown(only key: String) throws {
        guard let pod = pods[key] else { return }
        if let failure = tearDown([pod])[pod.podUID] { throw failure }
    }

    /// Removes all that pods have, however much of it is there; their namespaces may be gone. Goes on after failures and
    /// answers with them; the record of such a pod stays, so that a later attempt finds what is left.
    ///
    /// With the last pod of a network the network goes too.
    func tearDown(_ podUIDs: [String]) -> [String: NetworkError] {
        tearDown(Set(podUIDs).sorted().flatMap { pods.connections(ofPod: $0) })
    }

    private func tearDown(_ going: [PodRecord]) -> [String: NetworkError] {
        var failures: [String: FailureList] = [:]
        // In this order, so that no packet on its way finds an address with another pod.
        for pod in going {
            failures[pod.podUID, default: FailureList()].collect {
                try firewall.remove(pod.firewallElements)
                try connections.forget(pod.portMappings)
            }
        }
        let detached = detachTogether(going, &failures)
        if let first = detached.first?.podUID {
            failures[first, default: FailureList()].collect { try releaseSenders(of: detached) }
        }
        for pod in detached where pod.hasLeases {
            failures[pod.podUID, default: FailureList()].collect {
                try withLeases(of: pod.status.network) { leases in
                    for address in pod.addresses { try leases.release(address, of: pod.key) }
                }
            }
        }
        for pod in going { ports.release(podUID: pod.key) }
        for pod in going where failures[pod.podUID]?.errors.isEmpty ?? true {
            failures[pod.podUID, default: FailureList()].collect {
                try podRecords.remove(pod.key)
                pods[pod.key] = nil
            }
        }
        if let first = going.first?.podUID {
            failures[first, default: FailureList()].collect { try enforcePolicies() }
        }
        for network in Set(going.map(\.status.network)) {
            guard let pod = going.first(where: { $0.status.network == network }) else { continue }
            failures[pod.podUID, default: FailureList()].collect { try lowerNetworkIfUnused(network) }
            changedNetworks.insert(network)
        }
        return failures.compactMapValues(\.error)
    }

    /// Removes the interfaces of pods, at once or else one by one; the pods whose interface is gone.
    private func detachTogether(_ going: [PodRecord], _ failures: inout [String: FailureList]) -> [PodRecord] {
        do {
            try detach(going)
            return going
        } catch {
            return going.filter { pod in
                do {
                    try detach([pod])
                    return true
                } catch {
                    failures[pod.podUID, default: FailureList()].collect { throw error }
                    return false
                }
            }
        }
    }

    /// Removes whatever belongs to no pod of the set: records, interfaces, leases, elements, networks.
    func retain(only podUIDs: Set<String>) throws {
        var failures = FailureList()
        for failure in tearDown(pods.values.map(\.podUID).filter { !podUIDs.contains($0) }).values {
            failures.collect { throw failure }
        }
        // What has no record: the state folder was removed, or a record was lost.
        let known = Set(pods.values.flatMap(\.hostInterfaces))
        failures.collect { try bridges.detach(try bridges.limiters().filter { !known.contains($0) }) }
        for network in networks.values where network.definition.isBridge {
            failures.collect {
                try bridges.detach(try bridges.ports(of: network.definition).filter { !known.contains($0) })
            }
        }
        failures.collect {
            let alive = Set(pods.keys).union(networks.values.map(\.owner))
            try firewall.remove(try firewall.elements().filter { !alive.contains($0.owner) })
        }
        // Also for pods of an earlier version, which knew no such table.
        if needsFirewall { failures.collect { try restoreSenders() } }
        failures.collect { try plugins.retain(pods.values.filter { !$0.hasLeases }) }
        // A pod that lives without its lease would soon share its address with another.
        for pod in pods.values where pod.hasLeases {
            failures.collect {
                try withLeases(of: pod.status.network) { leases in
                    for address in pod.addresses { try leases.restore(address, to: pod.key) }
                }
            }
        }
        for network in (try? networksWithLeases()) ?? [] {  // Without the folder there are none.
            failures.collect { try withLeases(of: network) { try $0.retain(only: Set(pods.keys)) } }
            if networks[network] == nil { failures.collect { try removeLeases(of: network) } }
        }
        for network in networks.keys.sorted() { failures.collect { try lowerNetworkIfUnused(network) } }
        failures.collect {
            guard !needsFirewall else { return }
            try firewall.removeTable()
            try Firewall(.senders, sharing: firewall).removeTable()
            try Firewall(.policies, sharing: firewall).removeTable()
        }
        try failures.throwIfAny()
    }
}
