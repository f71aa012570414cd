/// What a table consists of whatever networks and pods there are.
public struct FirewallLayout: Sendable {
    /// The table's name.
    public let table: String
    /// Which packets it sees: those of IP, or all frames that come into a bridge.
    var family = Family.inet
    /// Its sets and maps.
    let sets: [FirewallSet]
    /// Its chains with their rules.
    let chains: [FirewallChain]

    /// The agent's own: what comes and goes are elements of sets.
    public static let pods = FirewallLayout(table: "swiftlet", sets: FirewallSet.ofPods, chains: FirewallChain.all)

    /// Beside netavark's table, whose layout has no place for them: nothing in or out of internal networks in both families,
    /// and nothing to 127.0.0.0/8 from bridges.
    public static let bridgeGuard = FirewallLayout(
        table: "swiftlet_guard",
        sets: [.bridges, .bridgePairs, .internalBridges],
        chains: [.loopbackGuard, .forwarding]
    )

    /// The ports of bridges whose pods send as nobody but themselves. In the family `bridge`, which every frame meets at the
    /// port by which it comes, with br_netfilter or without; cost is the same whatever the number of ports.
    public static let senders = FirewallLayout(
        table: "swiftlet",
        family: .bridge,
        sets: FirewallSet.ofSenders,
        chains: [.senders]
    )

    /// netavark's table: rules come and go with networks and ports. See `NetavarkLayout`.
    public static let netavark = FirewallLayout(table: "netavark", sets: [], chains: [])

    /// A family of tables, by the kernel's number (NFPROTO_…).
    enum Family: UInt8, Sendable {
        case inet = 1
        case bridge = 7
    }
}
