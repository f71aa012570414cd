import CNetlink
import Glibc
import Netlink

/// What a change of netavark's table adds and removes.
public struct NetavarkChange: Sendable {
    var chains: [String] = []
    var rules: [FirewallRule] = []
    var doomedChains: [String] = []
    /// Rules to remove whose handles are kept.
    var doomed: [FirewallRuleHandle] = []
    /// Rules to remove that have to be looked for.
    var sought: [FirewallRule] = []
    /// Whether rules that are there already, whoever made them, are to be left out.
    public var looksForRules = false
    /// Whether the chains that every table of netavark's has are made. Not without need: a chain that is there is taken for
    /// changed, and what is changed is waited for.
    var makesBase = false
    /// Whether handles are checked against what is there.
    var keepsOnlyWhatIs = false

    /// How many rules it adds.
    public var ruleCount: Int { rules.count }

    /// Changes nothing.
    public init() {}

    /// Whether it changes nothing.
    public var isEmpty: Bool {
        chains.isEmpty && rules.isEmpty && doomedChains.isEmpty && doomed.isEmpty && sought.isEmpty
    }
}

extension NetavarkLayout {
    /// Adds the chains and rules that every table of netavark's has.
    ///
    /// - Parameter isNew: False where somebody made the table: then what it has is left.
    public func addBase(to change: inout NetavarkChange, isNew: Bool) {
        change.rules += baseRules
        change.makesBase = true
        if !isNew { change.looksForRules = true }
    }

    /// Adds a network. `isKnown` false: an earlier, unfinished setup may have left rules of it.
    public func add(_ network: NetavarkNetwork, to change: inout NetavarkChange, isKnown: Bool) {
        change.chains += chains(of: network)
        change.rules += rules(of: network)
        if !isKnown { change.looksForRules = true }
    }

    /// Adds a container's ports.
    public func add(_ ports: NetavarkPorts, to change: inout NetavarkChange) {
        change.chains += chains(of: ports)
        change.rules += rules(of: ports)
    }

    /// Removes a network with the chains of its ports.
    ///
    /// - Parameter handles: Those that `Firewall.commit` gave; nil where they are not known any more.
    public func remove(_ network: NetavarkNetwork, handles: [FirewallRuleHandle]?, from change: inout NetavarkChange) {
        guard !network.isInternal else { return }
        let own = Set(chains(of: network))
        change.doomedChains += chains(of: network) + network.subnets.map { Self.chain(network.id, $0, isForPorts: true) }
        if let handles {
            change.doomed += handles.filter { !own.contains($0.chain) }
        } else {
            change.sought += rules(of: network).filter { !own.contains($0.chain) }
        }
    }

    /// Removes a container's ports.
    ///
    /// - Parameter handles: Those that `Firewall.commit` gave; nil where they are not known any more.
    public func remove(_ ports: NetavarkPorts, handles: [FirewallRuleHandle]?, from change: inout NetavarkChange) {
        if let handles {
            change.doomed += handles
        } else {
            change.sought += rules(of: ports)
        }
    }
}

extension Firewall {
    /// Carries a change of netavark's table out; gives the handles of the new rules in their order.
    ///
    /// The table is made where it is missing. Of what is to be removed, what is missing is no error.
    public borrowing func commit(
        _ change: NetavarkChange,
        _ layout: NetavarkLayout
    ) throws(NetlinkError) -> [FirewallRuleHandle] {
        if change.isEmpty { return [] }
        var rest = change.rules[...]
        var handles: [FirewallRuleHandle] = []
        var change = change
        // A range of thousands of ports is more than a socket's buffers take at once. Who adds it takes it back if a later
        // part fails.
        while rest.count > Self.rulesAtOnce {
            change.rules = Array(rest.prefix(Self.rulesAtOnce))
            handles += try commitOnce(change, layout)
            rest = rest.dropFirst(Self.rulesAtOnce)
            let looks = change.looksForRules
            change = NetavarkChange()
            change.looksForRules = looks
        }
        change.rules = Array(rest)
        return handles + (change.isEmpty ? [] : try commitOnce(change, layout))
    }

    private static let rulesAtOnce = 500

    private borrowing func commitOnce(
        _ change: NetavarkChange,
        _ layout: NetavarkLayout
    ) throws(NetlinkError) -> [FirewallRuleHandle] {
        var change = change
        do throws(NetlinkError) {
            return try attempt(change, layout)
        } catch  where (error.errno == ENOENT || error.errno == EBUSY) && !(change.doomed.isEmpty && change.doomedChains.isEmpty)
        {
            // Somebody else has removed some, or a chain that goes is still jumped to: look at what there is.
            change.keepsOnlyWhatIs = true
            return try attempt(change, layout)
        }
    }

    private borrowing func attempt(
        _ change: NetavarkChange,
        _ layout: NetavarkLayout
    ) throws(NetlinkError) -> [FirewallRuleHandle] {
        var transaction = FirewallTransaction(.netavark)
        let looks = change.looksForRules || !change.sought.isEmpty || change.keepsOnlyWhatIs
        let installed = looks ? try installedRules() : []
        if change.makesBase {
            transaction.makeEmptyTable()
            for chain in layout.baseChains { transaction.make(chain) }
        }
        let there = Set(change.makesBase ? [] : try existing(change.chains))
        for chain in change.chains where !there.contains(chain) {
            transaction.make(FirewallChain(name: chain, hook: nil, rules: []))
        }
        var doomed = change.doomed
        if change.keepsOnlyWhatIs {
            let there = Set(installed.map(\.handle))
            doomed.removeAll { !there.contains($0) }
        }
        doomed += installed.filter { rule in change.sought.contains { rule.matches($0) } }.map(\.handle)
        doomed += installed.filter { rule in rule.jumps(toOneOf: change.doomedChains) }.map(\.handle)
        var seen: Set<FirewallRuleHandle> = []
        for handle in doomed where seen.insert(handle).inserted { transaction.remove(handle) }
        for chain in try existing(change.doomedChains) { transaction.remove(chain: chain) }
        var handles: [FirewallRuleHandle?] = []
        for rule in change.rules {
            let same = change.looksForRules ? installed.first { $0.matches(rule) } : nil
            if let same, !seen.contains(same.handle) {
                handles.append(same.handle)
            } else {
                handles.append(nil)
                transaction.add(rule)
            }
        }
        var added = try commit(transaction).makeIterator()
        return handles.compactMap { $0 ?? added.next() }
    }

    /// All rules of the table; none where there is no table.
    private borrowing func installedRules() throws(NetlinkError) -> [InstalledRule] {
        var message = NetlinkMessageBuilder(tables: NFT_MSG_GETRULE, layout.family)
        message.put(NFTA_RULE_TABLE.rawValue, layout.table)
        do throws(NetlinkError) {
            return try socket.dump(message.request("NFT_MSG_GETRULE", layout.table)).compactMap(InstalledRule.init)
        } catch  where error.errno == ENOENT {
            return []
        }
    }

    /// Those of the chains that there are.
    private borrowing func existing(_ chains: [String]) throws(NetlinkError) -> [String] {
        var there: [String] = []
        for chain in chains {
            var message = NetlinkMessageBuilder(tables: NFT_MSG_GETCHAIN, layout.family)
            message.put(NFTA_CHAIN_TABLE.rawValue, layout.table)
            message.put(NFTA_CHAIN_NAME.rawValue, chain)
            do throws(NetlinkError) {
                if try !socket.query(message.request("NFT_MSG_GETCHAIN", chain)).isEmpty { there.append(chain) }
            } catch  where error.errno == ENOENT {}
        }
        return there
    }
}
