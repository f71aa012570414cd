import Firewall
import Linux
import Netlink
import NetworkSpec

extension HostNetworks {
    /// A network that is up: its bridge with its addresses, and its elements in the firewall.
    ///
    /// A network that has pods keeps the definition with which it was made; a changed file counts when the last is gone.
    func raiseNetwork(named name: String?) throws -> NetworkRecord {
        let definition = try NetworkDefinitions(directory: definitionsDirectory).definition(named: name)
        if let network = networks[definition?.name ?? NetworkDefinitions.defaultName] {
            if try driver.bridge(of: network.definition) == nil { _ = try driver.raise(network.definition) }
            if try !firewall.hasTable() { try restoreFirewall() }
            return network
        }
        let complete = try driver.complete(definition)
        let network = NetworkRecord(
            definition: complete,
            madeBridge: try driver.bridge(of: complete) == nil
        )
        // What others did to a table that nobody needed is no damage, also when it is told only now.
        if networks.isEmpty { _ = try takeFirewallDamage() }
        try networkRecords.write(network, complete.name)
        networks[complete.name] = network
        do {
            // The firewall first: no packet passes the bridge without it.
            try restoreFirewall()
            _ = try driver.raise(complete)
        } catch {
            do { try lowerNetworkIfUnused(complete.name) } catch let second {
                throw NetworkError.several([NetworkError(error), NetworkError(second)])
            }
            throw error
        }
        return network
    }

    /// Writes anew the records of networks that pods are on, where somebody has deleted them: else their bridges and rules would be
    /// nobody's.
    func restoreNetworkRecords() throws {
        for name in Set(pods.values.map(\.status.network)).sorted() where networks[name] == nil {
            let definition = try NetworkDefinitions(directory: definitionsDirectory).definition(named: name)
            // A bridge that somebody else made is taken for ours: which it was is not known any more.
            let network = NetworkRecord(definition: try driver.complete(definition), madeBridge: true)
            try networkRecords.write(network, name)
            networks[name] = network
        }
    }

    /// The bridge of a network that is up.
    func bridge(of network: NetworkRecord) throws -> Link {
        if let link = try driver.bridge(of: network.definition) { return link }
        return try driver.raise(network.definition)
    }

    /// Removes a network that no pod is on: elements, bridge, leases, and with the last network the table.
    func lowerNetworkIfUnused(_ name: String) throws {
        guard let network = networks[name], !pods.values.contains(where: { $0.status.network == name }) else { return }
        var failures = FailureList()
        endNames(of: network.definition)
        failures.collect { try firewall.remove(network.firewallElements) }
        if network.madeBridge { failures.collect { try driver.lower(network.definition) } }
        if networks.count == 1 {
            failures.collect { try firewall.removeTable() }
            failures.collect { try Firewall(.senders, sharing: firewall).removeTable() }
        }
        failures.collect { try removeLeases(of: name) }
        try failures.throwIfAny()
        // Last: what a crash before leaves is found by this.
        try networkRecords.remove(name)
        networks[name] = nil
    }
}
