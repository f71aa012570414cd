import Linux
import Netlink
import NetworkSpec

/// Connects pods to networks and disconnects them.
///
/// All the work is done on one thread, one pod after the other, in the network namespace in which the manager was made.
/// Nothing of what it knows is lost with the process: see `stateDirectory`.
public actor NetworkManager {
    /// Where things lie.
    public struct Configuration: Sendable {
        /// The folder of network definitions, in netavark's JSON; missing or empty means the built-in network.
        public var definitionsDirectory: String
        /// A folder in the run directory for records and leases.
        public var stateDirectory: String
        /// Who answers names on the networks whose definitions want that (`dns_enabled`); nil for nobody.
        public var nameServer: NameServerConfiguration?
        /// Moves the name server, by its pid, out of what ends with the agent. Called for each one that is begun or found.
        public var placeNameServer: (@Sendable (Int32) async throws -> Void)?
        /// Told what goes wrong with names. Pods start all the same.
        public var reportNameProblem: @Sendable (String) -> Void = { _ in }
        /// Programs that make the networks that are configuration lists of CNI.
        public var plugins: Plugins
        /// Told when others have damaged the firewall's table, and whether it could be made again.
        public var reportFirewallDamage: @Sendable (String) -> Void = { _ in }

        /// Makes a configuration.
        public init(definitionsDirectory: String, stateDirectory: String) {
            self.definitionsDirectory = definitionsDirectory
            self.stateDirectory = stateDirectory
            plugins = Plugins(stateDirectory: "\(stateDirectory)/plugins")
        }
    }

    /// Plugins of CNI.
    public struct Plugins: Sendable {
        /// Where their programs are, the first that has one.
        public var directories = ["/opt/cni/bin", "/usr/lib/cni"]
        /// What they were asked and have not undone yet; it should outlive a reboot, as what they keep does.
        public var stateDirectory: String
        /// How long one run may take. Other pods wait for it.
        public var limit: Duration = .seconds(30)
        /// Told what they find when they are asked whether all is as it should be.
        public var reportProblem: @Sendable (String) -> Void = { _ in }

        /// Names the folder, and Debian's and the specification's folders of programs.
        public init(stateDirectory: String) { self.stateDirectory = stateDirectory }
    }

    let configuration: Configuration
    private let thread: DedicatedThread
    private(set) var opened: HostNetworks?
    /// Pods to be disconnected, with who waits for it.
    private var leaving: [(podUID: String, continuation: CheckedContinuation<NetworkError?, Never>)] = []
    private var isPublishing = false
    /// Waits for the end of the name server.
    private var nameServerWatch: Task<Void, Never>?
    /// Waits for damage to the firewall's table.
    private var firewallWatch: Task<Void, Never>?

    public nonisolated var unownedExecutor: UnownedSerialExecutor { thread.asUnownedSerialExecutor() }

    /// Makes a manager for the network namespace of the calling thread. Nothing is opened or read before it is needed.
    public init(configuration: Configuration) {
        self.configuration = configuration
        thread = DedicatedThread(name: "networks")
    }

    deinit { firewallWatch?.cancel() }

    func host() throws -> HostNetworks {
        if let opened { return opened }
        let host = try HostNetworks(configuration)
        opened = host
        firewallWatch = watchFirewall(host.firewallEvents.rawDescriptor)
        // One that was killed meanwhile, or is of an earlier version.
        host.restoreNames()
        watchNameServer(host)
        return host
    }

    /// Connects a pod to its network. One that is connected already, with the same ports, stays as it is.
    public func setUp(_ request: PodAttachment) async throws(NetworkError) -> PodNetworkStatus {
        do {
            let host = try host()
            defer { publishNames() }
            return try host.setUp(request)
        } catch {
            throw NetworkError(error)
        }
    }

    /// Says which policies govern the pods' traffic from now on, and by what they know the pods. Before the first `setUp`; what an
    /// earlier process made stays in force until then. A pod that is connected and not among the given stays known as it was.
    ///
    /// What it throws, policies are remembered all the same, and a pod that they select is not connected as long as they cannot
    /// be enforced.
    public func govern(_ policies: [TrafficPolicy], pods: [String: PodTraffic]) async throws(NetworkError) {
        do { try host().govern(policies, pods: pods) } catch { throw NetworkError(error) }
    }

    /// Makes the networks beside their own those of a list, by the UIDs of pods, also while they run. Pods that are not named, or
    /// not connected, stay as they are. Goes on after failures and throws them all.
    public func connect(_ choices: [String: [NetworkChoice]]) async throws(NetworkError) {
        do {
            let host = try host()
            var failures = FailureList()
            for (podUID, choices) in choices.sorted(by: { $0.key < $1.key }) {
                failures.collect { try host.connect(podUID: podUID, to: choices) }
            }
            publishNames()
            try failures.throwIfAny()
        } catch {
            throw NetworkError(error)
        }
    }

    /// Disconnects a pod and removes all that was made for it. Idempotent, also without the namespace; goes on after
    /// failures and throws them all.
    ///
    /// Pods that leave at the same time are removed in one go, because the kernel takes 18 ms to remove a link however
    /// many they are.
    public func tearDown(podUID: String) async throws(NetworkError) {
        // A task of its own, because it serves other callers too, and ends as soon as they are served.
        if leaving.isEmpty { Task { await removeLeaving() } }
        let failure = await withCheckedContinuation { leaving.append((podUID, $0)) }
        if let failure { throw failure }
    }

    private func removeLeaving() async {
        // The calls that are in the thread's queue already come first, and join.
        await Task.yield()
        let pods = leaving
        leaving = []
        do {
            let failures = try host().tearDown(pods.map(\.podUID))
            publishNames()
            for pod in pods { pod.continuation.resume(returning: failures[pod.podUID]) }
        } catch {
            for pod in pods { pod.continuation.resume(returning: NetworkError(error)) }
        }
    }

    /// Publishes what has changed when the calls that wait now are done: a pod's start does not wait for its name, and many
    /// pods are one change.
    private func publishNames() {
        guard !isPublishing, let opened, !opened.changedNetworks.isEmpty else { return }
        isPublishing = true
        // A task of its own, because it serves other callers too.
        Task { [weak self] in
            await Task.yield()
            // Told already. The next may succeed: the disk was full.
            while await self?.publishChanges() == false { do { try await Task.sleep(for: .seconds(1)) } catch { return } }
        }
    }

    /// False where some remain.
    private func publishChanges() -> Bool {
        guard let opened else { return true }
        opened.publishNames()
        watchNameServer(opened)
        isPublishing = !opened.changedNetworks.isEmpty
        return !isPublishing
    }

    /// Begins the name server anew when it ends while networks need it; again and again where it does not begin: one that was
    /// killed may hold its port for a moment still.
    private func watchNameServer(_ host: HostNetworks) {
        guard nameServerWatch == nil, let process = host.names?.process, host.needsNameServer else { return }
        do {
            guard let watched = try process.find() else {
                nameServerWatch = Task { [weak self] in
                    do { try await Task.sleep(for: .seconds(1)) } catch { return }
                    await self?.nameServerEnded()
                }
                return
            }
            // It lives as long as the server, whose end is no caller's.
            let configuration = configuration
            nameServerWatch = Task { [weak self] in
                do {
                    try await configuration.placeNameServer?(watched.pid)
                } catch {
                    configuration.reportNameProblem("\(error)")
                }
                do {
                    try await watched.end()
                    try await Task.sleep(for: .milliseconds(100))
                } catch {
                    return
                }
                await self?.nameServerEnded()
            }
        } catch {
            host.reportNameProblem("\(error)")
        }
    }

    private func nameServerEnded() {
        nameServerWatch = nil
        guard let opened else { return }
        opened.restoreNames()
        watchNameServer(opened)
    }

    /// How a pod is connected, also when an earlier process did it; nil where it is not, or not wholly.
    public func status(podUID: String) async throws(NetworkError) -> PodNetworkStatus? {
        do {
            guard let pod = try host().pods[podUID], pod.isComplete else { return nil }
            return pod.status
        } catch {
            throw NetworkError(error)
        }
    }

    /// Removes what belongs to no pod of the set, whatever state a crash left it in.
    public func retain(only podUIDs: Set<String>) async throws(NetworkError) {
        do { try host().retain(only: podUIDs) } catch { throw NetworkError(error) }
    }

    /// Removes everything: pods' interfaces, bridges that were made here, leases, and the firewall's table.
    public func removeAll() async throws(NetworkError) {
        try await retain(only: [])
    }

    /// What was found wrong: records that cannot be read, host ports that somebody took while no agent ran, and
    /// definitions that are refused.
    public func problems() async throws(NetworkError) -> (
        state: [NetworkError], definitions: [NetworkDefinitionProblem]
    ) {
        do {
            let definitions = try NetworkDefinitions(directory: configuration.definitionsDirectory)
            return (try host().problems, definitions.problems)
        } catch {
            throw NetworkError(error)
        }
    }
}
