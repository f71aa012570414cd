import NetworkSpec

/// Names are a service to pods that run; what goes wrong with them is told, and keeps no pod from its start or its end.
extension HostNetworks {
    /// Whether a network that is up has its names served.
    func beginNames(of definition: NetworkDefinition) -> Bool {
        guard let names else { return false }
        do {
            if try names.begin(definition) { return true }
            if definition.dnsEnabled {
                report(
                    "network \(definition.name): another program has the port for names; its pods ask the host's servers"
                )
            }
        } catch {
            report("network \(definition.name): \(error)")
        }
        return false
    }

    /// Whether a network that is up has its names served.
    var needsNameServer: Bool { networks.values.contains { servesNames(of: $0.definition) } }

    /// Its file says so; where somebody has deleted that its pods do, which were told whom to ask.
    private func servesNames(of network: NetworkDefinition) -> Bool {
        guard let names else { return false }
        return names.serves(network) || pods.values.contains { $0.status.network == network.name && $0.status.nameDomain != nil }
    }

    /// Once for a problem that stays.
    private func report(_ problem: String) {
        guard problem != lastNameProblem else { return }
        lastNameProblem = problem
        reportNameProblem(problem)
    }

    /// Tells who is on the networks now whose pods have changed. Once for many pods: their names are written all together. Networks
    /// of which it fails stay in `changedNetworks`.
    func publishNames() {
        let changed = changedNetworks
        changedNetworks = []
        guard let names else { return }
        for network in changed.compactMap({ networks[$0]?.definition }) where servesNames(of: network) {
            let present = pods.values.filter { $0.status.network == network.name && $0.isComplete }
            do {
                try names.publish(network, present)
                lastNameProblem = nil
            } catch {
                changedNetworks.insert(network.name)
                report("network \(network.name): \(error)")
            }
        }
    }

    func endNames(of definition: NetworkDefinition) {
        do { try names?.end(definition) } catch {
            report("network \(definition.name): \(error)")
        }
    }

    /// Begins a name server again that has ended while networks need it: its process was killed, or it is of an earlier version.
    func restoreNames() {
        changedNetworks = Set(networks.keys)
        publishNames()
    }
}
