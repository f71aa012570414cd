import Firewall
import Glibc
import Linux
import Netlink
import NetworkSpec

extension HostNetworks {
    /// Connects a pod. A pod that is connected stays as it is; what is left of an attempt that did not end is removed
    /// first, and what a failing one has made is removed again.
    func setUp(_ request: PodAttachment) throws -> PodNetworkStatus {
        let status = try setUpOwn(request)
        do {
            try connect(podUID: request.podUID, to: request.additional)
        } catch {
            var failures = FailureList()
            failures.collect { throw error }
            failures.collect { try tearDown(podUID: request.podUID) }
            try failures.throwIfAny()
        }
        return status
    }

    private func setUpOwn(_ request: PodAttachment) throws -> PodNetworkStatus {
        if let pod = pods[request.podUID] {
            if pod.isComplete, pod.namespacePath == request.namespacePath, pod.portMappings == request.portMappings,
                pod.bandwidth == request.bandwidth, (pod.sendsForOthers == true) == request.sendsForOthers,
                try isAttached(pod)
            {
                return pod.status
            }
            try tearDown(podUID: request.podUID)
        }
        try refuseTakenPorts(of: request)
        return try attach(request)
    }

    /// Makes a pod's connection to a network.
    ///
    /// - Parameter interface: That of a network beside the pod's own; nil for its own.
    func attach(_ request: PodAttachment, by interface: String? = nil) throws -> PodNetworkStatus {
        let network = try raiseNetwork(named: request.network)
        let driver = driver(of: network.definition)
        let key = PodRecord.key(request.podUID, interface == nil ? nil : network.definition.name)
        do {
            let unserved = interface == nil ? driver.unserved(request, on: network.definition) : []
            guard unserved.isEmpty else {
                throw NetworkError.unserved(network: network.definition.name, driver: network.definition.driver, places: unserved)
            }
            var pod = try plan(request, in: network.definition, servesNames: beginNames(of: network.definition))
            if let interface {
                pod.isAdditional = true
                pod.status.interface = interface
                // The way out is that of its own network.
                pod.status.gateways = []
            }
            pod.hostInterface = network.definition.isBridge ? InterfaceNames.host(podUID: key) : ""
            try lease(&pod, in: network.definition)
            // Before there is an interface that could break them.
            try enforcePolicies(for: pod)
            // Plugins choose the addresses, and with them the families, last.
            let families = pod.hasLeases ? pod.families : [.v4, .v6]
            try ports.hold(pod.portMappings, families: families, podUID: key)
            try guardSenders(of: pod)
            try driver.attach(&pod, to: network.definition)
            try open(pod)
            pod.isComplete = true
            try write(pod)
            changedNetworks.insert(pod.status.network)
            return pod.status
        } catch {
            // What was made is removed; the first error is the one that tells.
            var failures = FailureList()
            failures.collect { throw error }
            failures.collect { try tearDown(only: key) }
            // For a pod that failed before it had a record.
            failures.collect { try lowerNetworkIfUnused(network.definition.name) }
            try failures.throwIfAny()
            throw error
        }
    }

    private func write(_ pod: PodRecord) throws {
        try podRecords.write(pod, pod.key)
        pods[pod.key] = pod
    }

    private func refuseTakenPorts(of request: PodAttachment) throws {
        for (index, mapping) in request.portMappings.enumerated() {
            for other in request.portMappings[..<index] {
                guard let port = mapping.conflict(with: other) else { continue }
                throw conflict(mapping, port, .pod(uid: request.podUID, name: request.podName))
            }
            for pod in pods.values where pod.podUID != request.podUID {
                for other in pod.portMappings {
                    guard let port = mapping.conflict(with: other) else { continue }
                    throw conflict(mapping, port, .pod(uid: pod.podUID, name: pod.podName))
                }
            }
        }
    }

    private func conflict(_ mapping: PortMapping, _ port: UInt16, _ holder: HostPortConflict.Holder) -> NetworkError {
        .hostPortConflict(
            HostPortConflict(
                transportProtocol: mapping.transportProtocol,
                hostIP: mapping.hostIP,
                port: port,
                holder: holder
            )
        )
    }

    /// Names and addresses of what is to be made; the addresses are free, and not leased yet.
    private func plan(
        _ request: PodAttachment,
        in definition: NetworkDefinition,
        servesNames: Bool
    ) throws -> PodRecord {
        let addresses = try definition.subnets.map { try freeAddress(in: $0, of: definition) }
        var record = PodRecord(
            podUID: request.podUID,
            podName: request.podName,
            namespacePath: request.namespacePath,
            hostInterface: InterfaceNames.host(podUID: request.podUID),
            portMappings: request.portMappings,
            status: PodNetworkStatus(
                network: definition.name,
                interface: InterfaceNames.pod,
                macAddress: Self.macAddress(of: addresses),
                addresses: addresses,
                gateways: try definition.hasDefaultRoute ? definition.subnets.compactMap(\.gateway) : [],
                nameServers: servesNames ? definition.subnets.compactMap(\.gateway) : definition.dnsServers,
                nameDomain: servesNames ? names?.domain : nil
            ),
            names: request.names
        )
        record.driver = definition.driver
        record.traffic = request.traffic
        record.bandwidth = request.bandwidth
        record.sendsForOthers = request.sendsForOthers ? true : nil
        return record
    }

    private func freeAddress(
        in subnet: NetworkDefinition.Subnet,
        of definition: NetworkDefinition
    ) throws -> IPPrefix {
        let foreign = try driver(of: definition).foreignAddresses(on: definition)
        var free = try withLeases(of: definition.name) { $0.free(in: subnet, except: foreign) }
        if free == nil {
            try reclaimLeases(of: definition.name)
            // What other processes have given back counts too.
            leases[definition.name] = nil
            free = try withLeases(of: definition.name) { $0.free(in: subnet, except: foreign) }
        }
        guard let address = free, let prefix = IPPrefix(address, length: subnet.subnet.length)
        else { throw NetworkError.addressesExhausted(network: definition.name, subnet: subnet.subnet) }
        return prefix
    }

    private static func macAddress(of addresses: [IPPrefix]) -> MACAddress {
        for address in addresses {
            if case .v4(let address) = address.address { return MACAddress(of: address) }
        }
        // An address of IPv6 alone: its last 32 bits.
        let bits = addresses.first.map { $0.address.bytes.suffix(4).reduce(UInt32(0)) { $0 << 8 | UInt32($1) } } ?? 1
        return MACAddress(of: IPv4Address(bits: bits))
    }

    /// Writes down what the pod is to get, then leases its addresses. Another process may be faster with one: then it
    /// begins again with the next.
    private func lease(_ pod: inout PodRecord, in definition: NetworkDefinition) throws {
        try write(pod)
        var index = 0
        while index < definition.subnets.count {
            let entry = definition.subnets[index]
            let address = pod.status.addresses[index].address
            let key = pod.key
            if try withLeases(of: definition.name, { try $0.lease(address, in: entry.subnet, to: key) }) {
                index += 1
            } else {
                pod.status.addresses[index] = try freeAddress(in: entry, of: definition)
                pod.status.macAddress = Self.macAddress(of: pod.status.addresses)
                try write(pod)
            }
        }
    }

    /// Adds the pod's host ports to the firewall.
    private func open(_ pod: PodRecord) throws {
        let elements = pod.firewallElements
        guard !elements.isEmpty else { return }
        if try !addToFirewall(elements) {
            // Somebody removed the table, or left elements in it: it is made again as it should be.
            try restoreFirewall()
            var transaction = FirewallTransaction()
            transaction.add(elements)
            try firewall.commit(transaction)
        }
        try connections.forget(pod.portMappings)
    }

    /// Adds elements; false where the table is not as it should be.
    private func addToFirewall(_ elements: [FirewallElement]) throws(NetlinkError) -> Bool {
        var transaction = FirewallTransaction()
        transaction.add(elements)
        do throws(NetlinkError) {
            try firewall.commit(transaction)
            return true
        } catch {
            guard [ENOENT, EEXIST, EBUSY].contains(error.errno) else { throw error }
            return false
        }
    }

    /// Makes the tables, and makes their elements those of the networks and pods that are known; each in one transaction.
    func restoreFirewall() throws {
        try firewall.restore(
            networks.values.flatMap(\.firewallElements)
                + pods.values.filter(\.isComplete).flatMap(\.firewallElements)
        )
        try restoreSenders()
    }
}

extension PodRecord {
    /// The pod's elements in the firewall's maps.
    var firewallElements: [FirewallElement] {
        guard isOnBridge else { return [] }
        return portMappings.flatMap { FirewallElement.ports($0, to: addresses, owner: podUID) }
    }
}

extension NetworkRecord {
    /// The network's elements in the firewall's sets.
    var firewallElements: [FirewallElement] {
        guard definition.isBridge else { return [] }
        return FirewallElement.network(
            bridge: bridge,
            subnets: definition.subnets.map(\.subnet),
            isInternal: definition.isInternal,
            owner: owner
        )
    }
}

extension NetworkDefinition {
    /// Whether its gateways are the way to everything else.
    var hasDefaultRoute: Bool {
        get throws(NetworkDefinitionError) {
            if isInternal || plugins != nil { return false }
            if isBridge { return try !BridgeOptions(options).noDefaultRoute }
            return try !SharedLinkOptions(options, driver: driver).noDefaultRoute
        }
    }
}
