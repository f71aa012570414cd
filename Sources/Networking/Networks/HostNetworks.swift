import Firewall
import Linux
import Netlink
import NetworkSpec

/// The networks of a host and the pods on them: all that `NetworkManager` does, in the plain order in which it is done.
///
/// It belongs to one thread. One thing at a time: nothing here waits for another thread. What it knows is read from the state folder when it is opened; every step that makes
/// something has been written there before.
final class HostNetworks {
    let definitionsDirectory: String
    let bridges: BridgeDriver
    let sharedLinks: SharedLinkDriver
    let plugins: PluginDriver
    let firewall: Firewall
    let connections: ConnectionTracking
    /// What others do to the table.
    let firewallEvents: FirewallEvents
    let podRecords: RecordFolder<PodRecord>
    let networkRecords: RecordFolder<NetworkRecord>
    private let leasesDirectory: String
    /// Nil where nobody answers names.
    let names: NamePublisher?
    /// Those whose pods have changed since their names were published.
    var changedNetworks: Set<String> = []
    var lastNameProblem: String?
    let reportNameProblem: @Sendable (String) -> Void
    let reportFirewallProblem: @Sendable (String) -> Void
    /// Once is enough.
    var hasToldOfUnguardedSenders = false
    /// What traffic is governed by; nil until somebody has said it.
    var policies: TrafficPolicies?
    /// What of that is in the firewall; nil where that is not known.
    var policyTable: PolicyTable?
    /// The numbers of bridges whose packets meet the rules.
    var shownBridges: Set<Int32> = []
    /// Damage that could not be repaired so far.
    private var unrepaired: FirewallEvents.Damage?

    /// The pods that are connected, half connected or half disconnected, by UID; and by `PodRecord.key` the networks that they are
    /// on beside their own.
    var pods: PodRecords
    /// The networks that are up, by name.
    var networks: [String: NetworkRecord]
    var leases: [String: AddressLeases] = [:]
    var ports = HostPorts()
    /// What was found wrong in the state folder.
    private(set) var problems: [NetworkError]

    init(_ configuration: NetworkManager.Configuration) throws {
        reportFirewallProblem = configuration.reportFirewallDamage
        reportNameProblem = configuration.reportNameProblem
        names = configuration.nameServer.map(NamePublisher.init)
        definitionsDirectory = configuration.definitionsDirectory
        let stateDirectory = configuration.stateDirectory
        let host = try HostNamespace()
        bridges = BridgeDriver(host)
        sharedLinks = SharedLinkDriver(host)
        plugins = try PluginDriver(host, configuration.plugins)
        firewall = try Firewall()
        firewallEvents = try FirewallEvents(.pods, .policies, .senders)
        connections = try ConnectionTracking()
        podRecords = try RecordFolder("\(stateDirectory)/pods")
        networkRecords = try RecordFolder("\(stateDirectory)/networks")
        leasesDirectory = "\(stateDirectory)/leases"
        let (pods, podProblems) = try podRecords.readAll()
        let (networks, networkProblems) = try networkRecords.readAll()
        self.pods = PodRecords(pods.values)
        self.networks = Dictionary(networks.values.map { ($0.definition.name, $0) }) { first, _ in first }
        var problems = podProblems + networkProblems
        for pod in self.pods.values where pod.isComplete {
            do throws(NetworkError) {
                try ports.hold(pod.portMappings, families: pod.families, podUID: pod.podUID)
            } catch {
                // The port was taken while no agent ran. The firewall sends it to the pod all the same.
                problems.append(error)
            }
        }
        self.problems = problems
        // Nobody has looked after the tables while no agent ran.
        if needsFirewall { unrepaired = .possible }
        do { try restoreNetworkRecords() } catch { self.problems.append(NetworkError(error)) }
    }

    /// What others have taken from the firewall since the last call, as far as it is needed; nil where nothing is to be done.
    func takeFirewallDamage() throws -> FirewallEvents.Damage? {
        let damage = try firewallEvents.damage() ?? unrepaired
        unrepaired = needsFirewall ? damage : nil
        return unrepaired
    }

    /// Makes the firewall what it should be, after damage. False where there proves to have been none.
    func repairFirewall(_ damage: FirewallEvents.Damage) throws -> Bool {
        try restoreNetworkRecords(bridgesAlone: true)
        let isDamaged = try !damage.isUncertain || !firewall.hasTable()
        try restoreFirewall()
        policyTable = nil
        try enforcePolicies()
        // Flows that began meanwhile know nothing of the mappings. Where nothing was missing, none is disturbed.
        if isDamaged { try connections.forget(pods.values.flatMap(\.portMappings)) }
        unrepaired = nil
        return isDamaged
    }

    /// Runs a closure with the leases of a network.
    func withLeases<Result>(of network: String, _ body: (inout AddressLeases) throws -> Result) throws -> Result {
        var own = try leases[network] ?? AddressLeases("\(leasesDirectory)/\(network)")
        defer { leases[network] = own }
        return try body(&own)
    }

    /// The networks that ever had leases.
    func networksWithLeases() throws -> [String] {
        try FileSystem.makeDirectories(leasesDirectory, mode: 0o700)
        return try FileSystem.list(leasesDirectory)
    }

    func removeLeases(of network: String) throws {
        leases[network] = nil
        try AddressLeases("\(leasesDirectory)/\(network)").removeFolder()
    }
}
