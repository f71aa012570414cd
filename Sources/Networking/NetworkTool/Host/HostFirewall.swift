import Firewall
import Glibc
import Linux
import Netlink
import NetworkSpec

/// The table `inet netavark`, and beside it the guard of what that layout leaves open.
///
/// What is to be there is written down in `FirewallRecords`; a table that was flushed is made again by them.
final class HostFirewall {
    static let driverName = "nftables"

    private let layout: NetavarkLayout
    private let records: FirewallRecords
    private let firewall: Firewall
    /// The table's number, nil while there is none.
    private var table: UInt64?
    /// Whether the base of the table is known to be there.
    private var hasBase = false

    /// Looks at the table. One that has gone is made again with all that was in it.
    init(_ records: FirewallRecords, generation: Int, restoring: Bool = true) throws {
        self.records = records
        layout = NetavarkLayout(generation: generation)
        firewall = try Firewall(.netavark)
        try records.prepare(driver: Self.driverName)
        table = try firewall.tableHandle()
        hasBase = try table != nil && records.table() == table
        if restoring, table == nil { try restore() }
    }

    /// Makes everything again that is written down and not there.
    func restore() throws {
        for record in try records.networks() { try add(record.subject, isKnown: false) }
        for owner in try records.owners() {
            guard let record = try records.ports(owner), record.table != table else { continue }
            let handles = try commit { change in
                layout.add(record.subject, to: &change)
                change.looksForRules = true
            }
            try records.write(.init(record.subject, table: table ?? 0, handles), owner: owner)
        }
    }

    /// Adds a network's rules unless they are there.
    func add(_ network: NetavarkNetwork) throws {
        let record = try records.network(network.id)
        if let record, record.subject == network, network.isInternal || record.table == table {
            return
        }
        if let record, record.subject.bridge == network.bridge {
            // Another definition, or another table.
            try remove(network: record.subject)
        }
        try add(network, isKnown: false)
    }

    private func add(_ network: NetavarkNetwork, isKnown: Bool) throws {
        // First what keeps others out.
        let bridges = Firewall(.bridgeGuard, sharing: firewall)
        if try !bridges.hasTable() { try bridges.ensureTable() }
        var transaction = FirewallTransaction(.bridgeGuard)
        transaction.keep(Self.guarded(network))
        try bridges.commit(transaction)
        guard !network.isInternal else {
            return try records.write(.init(network, table: 0, []))
        }
        let isNew = table == nil
        let handles = try commit { layout.add(network, to: &$0, isKnown: isNew || isKnown) }
        try records.write(.init(network, table: table ?? 0, handles))
    }

    private static func guarded(_ network: NetavarkNetwork) -> [FirewallElement] {
        FirewallElement.network(
            bridge: network.bridge,
            subnets: [],
            isInternal: network.isInternal,
            owner: network.id
        )
    }

    /// Commits a change, with the base of the table in front where it is missing. Gives the handles of the change's own rules.
    private func commit(_ body: (inout NetavarkChange) -> Void) throws -> [FirewallRuleHandle] {
        var change = NetavarkChange()
        if !hasBase { layout.addBase(to: &change, isNew: table == nil) }
        let base = change.ruleCount
        body(&change)
        let handles = try during("nftables error") { try firewall.commit(change, layout) }
        if !hasBase, !change.isEmpty {
            table = try firewall.tableHandle()
            if let table { try records.write(table: table) }
            hasBase = true
        }
        return Array(handles.dropFirst(base))
    }

    /// Removes a network's rules and the guard of its bridge.
    func remove(network: NetavarkNetwork) throws {
        let record = try records.network(network.id)
        let own = record?.subject.bridge == network.bridge ? record : nil
        if table != nil, !network.isInternal {
            var change = NetavarkChange()
            layout.remove(own?.subject ?? network, handles: own?.handles(in: table), from: &change)
            _ = try during("nftables error") { try firewall.commit(change, layout) }
        }
        if own != nil { try records.removeNetwork(network.id) }
        try records.removeUnfinished()
        let bridges = Firewall(.bridgeGuard, sharing: firewall)
        try bridges.remove(Self.guarded(network) + Self.guarded(inverse(network)))
        if try bridges.elements(of: .bridges).isEmpty { try bridges.removeTable() }
    }

    private func inverse(_ network: NetavarkNetwork) -> NetavarkNetwork {
        var other = network
        other.isInternal.toggle()
        return other
    }

    /// Adds a container's ports. Mappings of others to the same ports are those of containers that died without a teardown:
    /// nobody else can have been given the ports meanwhile.
    func add(_ ports: NetavarkPorts, container: String) throws {
        guard !ports.mappings.isEmpty else { return }
        let owner = FirewallRecords.owner(ports.networkID, container)
        if try records.ports(owner) != nil { try remove(owner) }
        for rival in try records.rivals(of: ports, container: container) { try yield(rival, to: ports) }
        // Before the rules: whoever dies in between leaves something that teardown finds.
        try records.write(.init(ports, table: 0, []), owner: owner)
        try records.claim(ports, owner: owner)
        let handles = try commit { layout.add(ports, to: &$0) }
        try records.write(.init(ports, table: table ?? 0, handles), owner: owner)
        try ConnectionTracking(sharing: firewall).forget(ports.mappings)
    }

    /// Takes from an owner what another needs.
    private func yield(_ rival: String, to ports: NetavarkPorts) throws {
        guard let record = try records.ports(rival) else { return }
        let rest = record.subject.mappings.filter { old in !ports.mappings.contains { $0.collides(with: old) } }
        guard rest.count < record.subject.mappings.count else { return }
        ToolLog.warn("netavark::firewall", "ports of \(rival) are still mapped, and go to another container now")
        try remove(rival)
        guard !rest.isEmpty else { return }
        var remaining = record.subject
        remaining.mappings = rest
        try records.write(.init(remaining, table: 0, []), owner: rival)
        try records.claim(remaining, owner: rival)
        let handles = try commit { layout.add(remaining, to: &$0) }
        try records.write(.init(remaining, table: table ?? 0, handles), owner: rival)
    }

    /// Removes a container's ports on a network.
    ///
    /// - Parameter ports: What they are, where nothing is written down.
    func remove(_ ports: NetavarkPorts, container: String) throws {
        let owner = FirewallRecords.owner(ports.networkID, container)
        if try records.ports(owner) != nil { return try remove(owner) }
        guard table != nil, !ports.mappings.isEmpty else { return }
        var change = NetavarkChange()
        layout.remove(ports, handles: nil, from: &change)
        _ = try during("nftables error") { try firewall.commit(change, layout) }
    }

    private func remove(_ owner: String) throws {
        guard let record = try records.ports(owner) else { return }
        if table != nil {
            var change = NetavarkChange()
            layout.remove(record.subject, handles: record.handles(in: table), from: &change)
            _ = try during("nftables error") { try firewall.commit(change, layout) }
        }
        try records.removePorts(owner)
        try ConnectionTracking(sharing: firewall).forget(record.subject.mappings)
    }
}

extension PortMapping {
    /// Whether two mappings want a port of the same address of the host.
    func collides(with other: PortMapping) -> Bool {
        guard transportProtocol == other.transportProtocol,
            UInt32(hostPort) < UInt32(other.hostPort) + UInt32(other.range),
            UInt32(other.hostPort) < UInt32(hostPort) + UInt32(range)
        else { return false }
        guard let hostIP, let theirs = other.hostIP else { return true }
        guard hostIP.family == theirs.family else { return false }
        return hostIP.isUnspecified || theirs.isUnspecified || hostIP == theirs
    }
}
