import Firewall
import Linux
import Netlink
import NetworkSpec

extension HostNetworks {
    /// A network that is up: what its driver makes for it, and its elements in the firewall.
    ///
    /// A network that has pods keeps the definition with which it was made; a changed file counts when the last is gone.
    func raiseNetwork(named name: String?) throws -> NetworkRecord {
        let definition = try NetworkDefinitions(directory: definitionsDirectory).definition(named: name)
        if let network = networks[definition?.name ?? NetworkDefinitions.defaultName] {
            let driver = driver(of: network.definition)
            if try !driver.isRaised(network.definition) { try driver.raise(network.definition) }
            if network.definition.isBridge, try !firewall.hasTable() { try restoreFirewall() }
            return network
        }
        let chosen = try definition ?? bridges.builtIn()
        let driver = driver(of: chosen)
        let complete = try driver.complete(chosen)
        let network = NetworkRecord(
            definition: complete,
            madeBridge: try complete.isBridge && !bridges.isRaised(complete)
        )
        // What others did to a table that nobody needed is no damage, also when it is told only now.
        if !needsFirewall { _ = try takeFirewallDamage() }
        try networkRecords.write(network, complete.name)
        networks[complete.name] = network
        do {
            // The firewall first: no packet passes the bridge without it.
            if complete.isBridge { try restoreFirewall() }
            try driver.raise(complete)
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
    ///
    /// - Parameter bridgesAlone: Leaves out the others, which need no rules.
    func restoreNetworkRecords(bridgesAlone: Bool = false) throws {
        var failures = FailureList()
        let known = pods.values.filter { $0.isOnBridge || !bridgesAlone }
        for name in Set(known.map(\.status.network)).sorted() where networks[name] == nil {
            failures.collect {
                let found = try NetworkDefinitions(directory: definitionsDirectory).definition(named: name)
                let definition = try found ?? bridges.builtIn()
                // A bridge that somebody else made is taken for ours: which it was is not known any more.
                let complete = try driver(of: definition).complete(definition)
                let network = NetworkRecord(definition: complete, madeBridge: definition.isBridge)
                try networkRecords.write(network, name)
                networks[name] = network
            }
        }
        try failures.throwIfAny()
    }

    /// Removes a network that no pod is on: elements, bridge, leases, and with the last bridge the table.
    func lowerNetworkIfUnused(_ name: String) throws {
        guard let network = networks[name], !pods.values.contains(where: { $0.status.network == name }) else { return }
        var failures = FailureList()
        endNames(of: network.definition)
        failures.collect { try firewall.remove(network.firewallElements) }
        if network.madeBridge { failures.collect { try bridges.lower(network.definition) } }
        let others = networks.values.filter { $0.definition.name != name }
        if network.definition.isBridge, !others.contains(where: \.definition.isBridge) {
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
