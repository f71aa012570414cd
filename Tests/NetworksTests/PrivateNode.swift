import Glibc
import Linux
import Netlink
import NetworkSpec
import Networks
import Synchronization
import TestSupport

/// What was told, in its order; somebody may wait for it.
final class Reports: Sendable {
    private struct State {
        var texts: [String] = []
        var waiting: [(count: Int, continuation: CheckedContinuation<Void, Never>)] = []
    }

    private let state = Mutex(State())

    var count: Int { state.withLock { $0.texts.count } }
    var last: String? { state.withLock { $0.texts.last } }

    func add(_ text: String) {
        let ready = state.withLock { state in
            state.texts.append(text)
            let ready = state.waiting.filter { $0.count <= state.texts.count }
            state.waiting.removeAll { $0.count <= state.texts.count }
            return ready
        }
        for waiter in ready { waiter.continuation.resume() }
    }

    func wait(for count: Int) async throws {
        await withCheckedContinuation { continuation in
            let isThere = state.withLock { state in
                if state.texts.count >= count { return true }
                state.waiting.append((count, continuation))
                return false
            }
            if isThere { continuation.resume() }
        }
    }
}

/// A host with a network and mounts of its own, a manager in it, and another machine ("outside") beside it:
/// 192.0.2.1 here, 192.0.2.2 there.
final class PrivateNode: Sendable {
    let directory: TemporaryDirectory
    private let inside: DedicatedThread
    private let outsideDirectory: String
    let manager: NetworkManager
    /// What was told of damage to the firewall.
    let damageReports = Reports()

    /// What plugins have found.
    let pluginReports = Reports()

    /// The program of the name server; nil for no names.
    private let nameServer: String?
    private let pluginLimit: Duration

    /// - Parameters:
    ///   - nameServer: Only tests of names need it; the process ends with the last pod.
    ///   - pluginLimit: How long a plugin of CNI may take. They are looked for in the folder `plugins` first, then in Debian's.
    init(
        definitions: [String: String] = [:],
        nameServer: String? = nil,
        pluginLimit: Duration = .seconds(30)
    ) async throws {
        self.nameServer = nameServer
        self.pluginLimit = pluginLimit
        let directory = try TemporaryDirectory("net")
        self.directory = directory
        inside = try inPrivateNetwork { DedicatedThread(name: "node") }
        _ = try directory.makeDirectory("netconf")
        for (name, text) in definitions { try directory.write("netconf/\(name)", text) }
        outsideDirectory = directory("outside")
        let outside = outsideDirectory
        let reports = (damageReports, pluginReports)
        manager = try await inside.run {
            NetworkManager(configuration: PrivateNode.configuration(directory, nameServer, pluginLimit, reports))
        }
        try await inside.run {
            try onFreshThread { try PodNamespaces.createHere([.network], in: outside, hostname: "outside") }
            let socket = try NetlinkSocket(.route)
            let namespace = try Descriptor.open("\(outside)/net", O_RDONLY)
            try socket.perform(
                .createVeth(
                    .init(name: "uplink"),
                    peer: .init(name: "eth0"),
                    peerNamespace: namespace.rawValue,
                    master: 0,
                    mtu: nil
                )
            )
            for line in ["addr add 192.0.2.1/24 dev uplink", "link set uplink up", "link set lo up"] {
                try PrivateNode.ip(line)
            }
            try PrivateNode.within("\(outside)/net") {
                for line in ["addr add 192.0.2.2/24 dev eth0", "link set eth0 up", "link set lo up"] {
                    try PrivateNode.ip(line)
                }
            }
        }
    }

    private static func configuration(
        _ directory: TemporaryDirectory,
        _ nameServer: String?,
        _ pluginLimit: Duration,
        _ reports: (damage: Reports, plugins: Reports)
    ) -> NetworkManager.Configuration {
        var configuration = NetworkManager.Configuration(
            definitionsDirectory: directory("netconf"),
            stateDirectory: directory("state")
        )
        configuration.nameServer = nameServer.map {
            NameServerConfiguration(program: $0, directory: directory("names"), domain: "cluster.local")
        }
        configuration.reportNameProblem = { text in
            do { try directory.write("problems", text) } catch { fatalError("\(error)") }
        }
        configuration.reportFirewallDamage = { reports.damage.add($0) }
        configuration.plugins = NetworkManager.Plugins(stateDirectory: directory("attachments"))
        configuration.plugins.directories = [directory("plugins"), "/usr/lib/cni"]
        configuration.plugins.limit = pluginLimit
        configuration.plugins.reportProblem = { reports.plugins.add($0) }
        return configuration
    }

    static func ip(_ line: String) throws {
        try Command(["ip"] + line.split(separator: " ").map(String.init)).run().checked()
    }

    /// Where the namespaces of a pod are pinned.
    func namespaces(_ uid: String) -> String { directory("ns-\(uid)") }

    /// A second manager for the same host and state, as after a restart.
    func restartedManager() async throws -> NetworkManager {
        let directory = directory
        let nameServer = nameServer
        let reports = (damageReports, pluginReports)
        let pluginLimit = pluginLimit
        return try await inside.run {
            NetworkManager(configuration: PrivateNode.configuration(directory, nameServer, pluginLimit, reports))
        }
    }

    /// Makes a pod's namespaces.
    func makeNamespaces(_ uid: String) async throws {
        let path = namespaces(uid)
        try await inside.run {
            try onFreshThread { try PodNamespaces.createHere(PodNamespaces.kinds, in: path, hostname: uid) }
        }
    }

    func removeNamespaces(_ uid: String) async throws {
        let path = namespaces(uid)
        try await inside.run { try PodNamespaces.remove(in: path) }
    }

    func attachment(_ uid: String, network: String? = nil, ports: [PortMapping] = []) -> PodAttachment {
        var attachment = PodAttachment(
            podUID: uid,
            podName: "default/\(uid)",
            namespacePath: "\(namespaces(uid))/net",
            network: network,
            portMappings: ports
        )
        attachment.names = PodNames(
            names: ["\(uid).default.svc"],
            services: [.init(name: "http", transport: "tcp", port: 80)]
        )
        return attachment
    }

    /// Makes a pod's namespaces and connects it.
    func addPod(
        _ uid: String,
        network: String? = nil,
        ports: [PortMapping] = [],
        traffic: PodTraffic? = nil,
        bandwidth: Bandwidth? = nil
    ) async throws -> PodNetworkStatus {
        try await makeNamespaces(uid)
        var attachment = attachment(uid, network: network, ports: ports)
        attachment.traffic = traffic
        attachment.bandwidth = bandwidth
        return try await manager.setUp(attachment)
    }

    /// Disconnects a pod and removes its namespaces.
    func removePod(_ uid: String) async throws {
        try await manager.tearDown(podUID: uid)
        try await removeNamespaces(uid)
    }

    /// Runs a closure on the host.
    func onHost<Result: Sendable>(_ body: @escaping @Sendable () throws -> Result) async throws -> Result {
        try await inside.run(body)
    }

    /// Runs a closure in a pod.
    func inPod<Result: Sendable>(
        _ uid: String,
        _ body: @escaping @Sendable () throws -> Result
    ) async throws -> Result {
        let path = "\(namespaces(uid))/net"
        return try await inside.run { try PrivateNode.within(path, body) }
    }

    /// Runs a closure on the other machine.
    func outside<Result: Sendable>(_ body: @escaping @Sendable () throws -> Result) async throws -> Result {
        let path = "\(outsideDirectory)/net"
        return try await inside.run { try PrivateNode.within(path, body) }
    }

    private static func within<Result>(_ path: String, _ body: () throws -> Result) throws -> Result {
        try onFreshThread {
            try Namespace.enter(Descriptor.open(path, O_RDONLY), kind: .network)
            return try body()
        }
    }

    /// Links and rules of the host, to compare.
    func snapshot() async throws -> String {
        try await onHost {
            let links = try NetlinkSocket(.route).links().map(\.name).sorted()
            return "\(links)\n" + (try Command("nft", "list", "ruleset").run().checked().text)
        }
    }

    /// What lies in the state folder.
    func stateFiles() async throws -> [String] {
        let path = directory("state")
        return try ["pods", "networks"].flatMap { try FileSystem.list("\(path)/\($0)") }
            + FileSystem.list("\(path)/leases").flatMap { name in
                try FileSystem.list("\(path)/leases/\(name)").map { "\(name)/\($0)" }
            }
    }
}
