import Firewall
import Linux
import Netlink
import NetworkSpec

extension HostNetworks {
    /// Removes all that a pod has, however much of it is there; its namespace may be gone. Goes on after failures and
    /// throws them all; the record stays then, so that a later attempt finds what is left.
    ///
    /// With the last pod of a network the network goes too. `network` names one that was raised for a pod without a record.
    func tearDown(podUID: String, network: String? = nil) throws {
        var failures = FailureList()
        if let pod = pods[podUID] {
            // In this order, so that no packet on its way finds the address with another pod.
            failures.collect { try firewall.remove(pod.firewallElements) }
            failures.collect { try connections.forget(pod.portMappings) }
            failures.collect { try driver.detach(pod.hostInterface) }
            failures.collect {
                try withLeases(of: pod.status.network) { leases in
                    for address in pod.addresses { try leases.release(address, of: podUID) }
                }
            }
            ports.release(podUID: podUID)
            if failures.errors.isEmpty {
                failures.collect {
                    try podRecords.remove(podUID)
                    pods[podUID] = nil
                }
            }
            failures.collect { try lowerNetworkIfUnused(pod.status.network) }
        } else if let network {
            ports.release(podUID: podUID)
            failures.collect { try lowerNetworkIfUnused(network) }
        }
        try failures.throwIfAny()
    }

    /// Removes whatever belongs to no pod of the set: records, interfaces, leases, elements, networks.
    func retain(only podUIDs: Set<String>) throws {
        var failures = FailureList()
        for podUID in pods.keys.sorted() where !podUIDs.contains(podUID) {
            failures.collect { try tearDown(podUID: podUID) }
        }
        // What has no record: the state folder was removed, or a record was lost.
        let known = Set(pods.values.map(\.hostInterface))
        for network in networks.values {
            failures.collect {
                for port in try driver.ports(of: network.definition) where !known.contains(port) {
                    try driver.detach(port)
                }
            }
        }
        failures.collect {
            let alive = Set(pods.keys).union(networks.values.map(\.owner))
            try firewall.remove(try firewall.elements().filter { !alive.contains($0.owner) })
        }
        for network in (try? networksWithLeases()) ?? [] {  // Without the folder there are none.
            failures.collect { try withLeases(of: network) { try $0.retain(only: Set(pods.keys)) } }
            if networks[network] == nil { failures.collect { try removeLeases(of: network) } }
        }
        for network in networks.keys.sorted() { failures.collect { try lowerNetworkIfUnused(network) } }
        failures.collect {
            if networks.isEmpty { try firewall.removeTable() }
        }
        try failures.throwIfAny()
    }
}
