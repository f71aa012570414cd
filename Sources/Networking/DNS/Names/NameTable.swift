import NetworkSpec

/// Every name of every network, laid out for questions. A value: a new one takes the old one's place at once.
package struct NameTable: Sendable {
    struct Network: Sendable {
        var isInternal: Bool
        var servers: [IPAddress]
        var addresses: [DomainName: [IPAddress]] = [:]
        var names: [IPAddress: [DomainName]] = [:]
        /// `_http._tcp.web`, without the search domain.
        var services: [DomainName: [RecordData]] = [:]
    }

    private(set) var networks: [Network] = []
    /// The network of each address that is asked.
    private(set) var listeners: [IPAddress: Int] = [:]
    /// The networks of whoever has an address.
    private var networksOfSource: [IPAddress: [Int]] = [:]
    private var serversOfSource: [IPAddress: [IPAddress]] = [:]
    private let searchDomain: DomainName?
    private let forwards: Bool

    /// - Parameters:
    ///   - searchDomain: Names below it are known here or nowhere; those of containers may be asked with or without it.
    ///   - forwards: Whether anything is asked outside.
    package init(_ files: some Collection<NetworkNames>, searchDomain: DomainName?, forwards: Bool) {
        self.searchDomain = searchDomain
        self.forwards = forwards
        var members: [String: (networks: [Int], addresses: [IPAddress])] = [:]
        for file in files {
            let index = networks.count
            networks.append(Network(isInternal: file.isInternal, servers: file.isInternal ? [] : file.servers))
            for address in file.addresses { listeners[address] = index }
            for container in file.containers {
                add(container, to: index)
                members[container.id, default: ([], [])].networks.appendNew(index)
                members[container.id, default: ([], [])].addresses += container.addresses
            }
        }
        // A container's address on one network has the names of its other networks as well.
        for member in members.values {
            for address in member.addresses {
                for network in member.networks { networksOfSource[address, default: []].appendNew(network) }
            }
        }
    }

    private mutating func add(_ container: NetworkNames.Container, to index: Int) {
        // A name that is longer than DNS has room for can be asked by nobody.
        for name in container.names.lazy.compactMap({ DomainName($0) }) {
            for address in container.addresses {
                networks[index].addresses[name, default: []].appendNew(address)
                networks[index].names[address, default: []].appendNew(name)
            }
            for service in container.services {
                guard let full = DomainName("_\(service.name)._\(service.protocol).\(name)") else { continue }
                let target = searchDomain.flatMap { DomainName("\(name)\($0)") } ?? name
                networks[index].services[full, default: []].appendNew(.service(port: service.port, target: target))
            }
        }
        if let servers = container.servers, !networks[index].isInternal {
            for address in container.addresses { serversOfSource[address] = servers }
        }
    }

    /// What is to be done with a question.
    ///
    /// - Parameters:
    ///   - source: Who asks.
    ///   - listener: The network whose address was asked.
    package func resolve(_ query: Query, from source: IPAddress, on listener: Int) -> Resolution {
        guard query.recordClass == 1 || query.recordClass == 255, !query.type.isTransfer else { return .refuse }
        let scope = networksOfSource[source] ?? [listener]
        let inner = searchDomain.flatMap { query.name.relative(to: $0) }
        if let answer = local(inner ?? query.name, query, in: scope, isInner: inner != nil) { return .answer(answer) }
        if let answer = specialUse(query) { return answer }
        if let searchDomain, query.name.isWithin(searchDomain) { return .nameError(zone: searchDomain) }
        guard mayForward(source, listener) else { return .nameError(zone: .root) }
        let servers = serversOfSource[source] ?? scope.flatMap { networks[$0].servers }
        return .forward(servers)
    }

    private func local(_ name: DomainName, _ query: Query, in scope: [Int], isInner: Bool) -> Resolution.Answer? {
        var answer = Resolution.Answer(zone: isInner ? searchDomain ?? query.name : query.name)
        var isKnown = false
        for network in scope {
            if let addresses = networks[network].addresses[name] {
                isKnown = true
                for address in addresses where query.type.isAnswered(by: address.family) {
                    answer.records.appendNew(.address(address))
                }
            }
            if let services = networks[network].services[name] {
                isKnown = true
                guard query.type == .srv || query.type == .any else { continue }
                for service in services { answer.records.appendNew(service) }
                // The name of the container is what stands behind `_service._protocol`.
                guard let target = name.dropping(2), let addresses = networks[network].addresses[target],
                    case .service(_, let full)? = services.first
                else { continue }
                answer.additions += addresses.map { (full, .address($0)) }
            }
        }
        if query.type == .ptr, let address = IPAddress(reverse: query.name) {
            for network in scope {
                guard let names = networks[network].names[address] else { continue }
                isKnown = true
                answer.records += names.map { .pointer($0) }
                break
            }
        }
        return isKnown ? answer : nil
    }

    /// Names that no server outside knows better: RFC 6761 6.3 and 6.4, RFC 7686 2.
    private func specialUse(_ query: Query) -> Resolution? {
        if query.name.isWithin(.localhost) {
            let records = [IPAddress.v4(IPv4Address(127, 0, 0, 1)), .v6(IPv6Address(bits: 1))].filter {
                query.type.isAnswered(by: $0.family)
            }
            return .answer(Resolution.Answer(records: records.map { .address($0) }, zone: .localhost))
        }
        if let address = IPAddress(reverse: query.name), address.isLoopback {
            let records: [RecordData] = query.type == .ptr ? [.pointer(.localhost)] : []
            return .answer(Resolution.Answer(records: records, zone: query.name))
        }
        for zone in [DomainName.invalid, .onion] where query.name.isWithin(zone) { return .nameError(zone: zone) }
        return nil
    }

    /// Someone whom we do not know is the host itself, when he asks from an address of the host's on that network. Else he
    /// is treated as the network is: its file may not be complete yet.
    private func mayForward(_ source: IPAddress, _ listener: Int) -> Bool {
        guard forwards else { return false }
        if let scope = networksOfSource[source] { return scope.contains { !networks[$0].isInternal } }
        return listeners[source] != nil || source.isLoopback || !networks[listener].isInternal
    }
}

extension RecordType {
    /// AXFR and IXFR.
    fileprivate var isTransfer: Bool { rawValue == 252 || rawValue == 251 }

    fileprivate func isAnswered(by family: IPAddress.Family) -> Bool {
        self == .any || self == (family == .v4 ? .a : .aaaa)
    }
}

extension DomainName {
    fileprivate static let localhost = DomainName(wire: [9] + Array("localhost".utf8) + [0])
    fileprivate static let invalid = DomainName(wire: [7] + Array("invalid".utf8) + [0])
    fileprivate static let onion = DomainName(wire: [5] + Array("onion".utf8) + [0])
}

extension Array where Element: Equatable {
    fileprivate mutating func appendNew(_ element: Element) {
        if !contains(element) { append(element) }
    }
}
