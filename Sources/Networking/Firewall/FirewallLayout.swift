/// What a table consists of whatever networks and pods there are.
public struct FirewallLayout: Sendable {
    /// The table's name; its family is `inet`.
    public let table: String
    /// Its sets and maps.
    let sets: [FirewallSet]
    /// Its chains with their rules.
    let chains: [FirewallChain]

    /// The agent's own: what comes and goes are elements of sets.
    public static let pods = FirewallLayout(table: "swiftlet", sets: FirewallSet.allCases, chains: FirewallChain.all)

    /// Beside netavark's table, whose layout has no place for them: nothing in or out of internal networks in both families,
    /// and nothing to 127.0.0.0/8 from bridges.
    public static let bridgeGuard = FirewallLayout(
        table: "swiftlet_guard",
        sets: [.bridges, .bridgePairs, .internalBridges],
        chains: [.loopbackGuard, .forwarding]
    )

    /// netavark's table: rules come and go with networks and ports. See `NetavarkLayout`.
    public static let netavark = FirewallLayout(table: "netavark", sets: [], chains: [])
}
