import AgentAPI
import AgentState
import Cgroups
import ImageStore
import Linux
import Logging
import MonitorClient
import Networks
import PodEngine
import Sandboxes
import Signatures
import Usage

/// All rooms below the engine, put together for one set of paths.
struct AgentRooms: Sendable {
    let images: ImageStore
    let networks: NetworkManager
    let cgroups: EngineCgroups
    let containers: EngineContainers
    let layout: CgroupLayout
    let observation: NodeObservation
    private let runtime: String
    private let runtimeRoot: String
    private let logger: Logger
    private let nodeFolder: String
    private let imageFolder: String

    /// - Parameters:
    ///   - netconf: folder of network definitions.
    ///   - insecureRegistries: hosts that may be asked over plain HTTP.
    ///   - admission: which images may be pulled.
    ///   - writesJournal: whether the output of containers goes to the journal as well.
    ///   - keeper: keeps monitors' descriptors from one agent to the next.
    init(
        paths: AgentPaths,
        netconf: String,
        helpers: HelperPrograms,
        insecureRegistries: [String],
        admission: ImageAdmission = .standard(),
        keeper: (any MonitorKeeping)? = nil,
        writesJournal: @escaping @Sendable () -> Bool = { false },
        logger: Logger
    ) async throws {
        self.logger = logger
        nodeFolder = paths.root
        imageFolder = paths.images
        runtime = helpers.runtime
        runtimeRoot = paths.runtime
        try StateFolder(root: paths.root, runRoot: paths.runRoot, program: VersionInfo.current.version).open()
        for folder in [paths.runRoot, paths.root] { try FileSystem.makeDirectories(folder, mode: 0o755) }
        try FileSystem.makeDirectories(paths.runtime, mode: 0o700)
        // Filters that a runtime was killed over.
        try FileSystem.removeUnfinished(in: "\(paths.runtime)/.seccomp")
        try FileSystem.makeDirectories(paths.logRoot, mode: 0o755)
        var images = ImageStore.Configuration(imagesDirectory: paths.images, layersDirectory: paths.layers)
        images.registry.insecureHosts = Set(insecureRegistries)
        images.registry.warn = { logger.warning("registry: \($0)") }
        images.admission = admission
        self.images = try await ImageStore.open(images)
        var networks = NetworkManager.Configuration(definitionsDirectory: netconf, stateDirectory: paths.networks)
        networks.nameServer = NameServerConfiguration(
            program: helpers.nameServer,
            directory: paths.names,
            domain: PodHostname.clusterDomain
        )
        networks.reportNameProblem = { logger.warning("names: \($0)") }
        networks.plugins = NetworkManager.Plugins(stateDirectory: paths.plugins)
        networks.plugins.directories = paths.pluginFolders
        networks.plugins.reportProblem = { logger.warning("CNI: \($0)") }
        networks.reportFirewallDamage = { logger.warning("firewall: \($0)") }
        layout = try CgroupLayout.detect()
        observation = NodeObservation(meter: UsageMeter(EngineUsage(layout: layout)))
        cgroups = try EngineCgroups(
            driver: paths.cgroupDriver,
            parent: paths.cgroupParent,
            layout: layout,
            logger: logger
        )
        let cgroups = cgroups
        networks.placeNameServer = { try await cgroups.place(nameServer: $0) }
        self.networks = NetworkManager(configuration: networks)
        containers = EngineContainers(
            client: Monitors(
                configuration: .init(
                    monitorExecutable: helpers.monitor,
                    runtimeExecutable: helpers.runtime,
                    runtimeRoot: paths.runtime
                ),
                keeper: keeper
            ),
            cgroups: cgroups,
            writesJournal: writesJournal
        )
    }

    /// What CRI's services are given, who make sandboxes beside the engine's pods.
    func forSandboxes(_ engine: PodSupervisor) -> SandboxRooms {
        var sandboxes = SandboxRooms(
            pods: rooms,
            images: EngineImages(store: images),
            logs: containers,
            usage: observation.meter,
            filePods: engine.store,
            users: engine.users
        )
        sandboxes.streams = SandboxStreams(containers: containers)
        sandboxes.checkpoints = RuntimeCheckpoints(runtime: runtime, root: runtimeRoot)
        return sandboxes
    }

    /// What the engine is given.
    ///
    /// - Parameter others: what is none of its pods, and must be left alone.
    func forEngine(sparing others: SandboxOwnership) -> Rooms {
        var shared = rooms
        shared.networks = SharedNetworks(networks: rooms.networks, ownership: others)
        shared.imageKeeping = rooms.imageKeeping.map { SharedImages(images: $0, ownership: others) }
        return shared
    }

    private var rooms: Rooms {
        let images = EngineImages(store: images)
        var rooms = Rooms(
            images: ObservedImages(images: images, metrics: observation.metrics),
            namespaces: EngineNamespaces(runtime: runtime),
            networks: ObservedNetworks(
                networks: EngineNetworks(manager: networks, logger: logger),
                operations: observation.metrics.operations
            ),
            cgroups: cgroups,
            containers: ObservedContainers(containers: containers, operations: observation.metrics.operations)
        )
        rooms.observer = observation
        rooms.imageKeeping = images
        let memory = layout.hierarchies.first { !$0.isUnified && $0.controllers.contains("memory") }
        rooms.measuring = MachineSignals(nodeFolder: nodeFolder, imageFolder: imageFolder, memoryGroup: memory?.mountPoint)
        return rooms
    }
}
