import AgentAPI
import AgentState
import Cgroups
import ImageStore
import Linux
import Logging
import MonitorClient
import Networks
import PodEngine

/// All rooms below the engine, put together for one set of paths.
struct AgentRooms: Sendable {
    let images: ImageStore
    let networks: NetworkManager
    let cgroups: EngineCgroups
    let containers: EngineContainers
    let layout: CgroupLayout
    private let logger: Logger

    /// - Parameters:
    ///   - netconf: folder of network definitions.
    ///   - insecureRegistries: hosts that may be asked over plain HTTP.
    ///   - writesJournal: whether the output of containers goes to the journal as well.
    ///   - keeper: keeps monitors' descriptors from one agent to the next.
    init(
        paths: AgentPaths,
        netconf: String,
        helpers: HelperPrograms,
        insecureRegistries: [String],
        keeper: (any MonitorKeeping)? = nil,
        writesJournal: @escaping @Sendable () -> Bool = { false },
        logger: Logger
    ) async throws {
        self.logger = logger
        try StateFolder(root: paths.root, runRoot: paths.runRoot, program: VersionInfo.current.version).open()
        for folder in [paths.runRoot, paths.root] { try FileSystem.makeDirectories(folder, mode: 0o755) }
        try FileSystem.makeDirectories(paths.runtime, mode: 0o700)
        // Filters that a runtime was killed over.
        try FileSystem.removeUnfinished(in: "\(paths.runtime)/.seccomp")
        try FileSystem.makeDirectories(paths.logRoot, mode: 0o755)
        var images = ImageStore.Configuration(imagesDirectory: paths.images, layersDirectory: paths.layers)
        images.registry.insecureHosts = Set(insecureRegistries)
        self.images = try await ImageStore.open(images)
        networks = NetworkManager(
            configuration: .init(definitionsDirectory: netconf, stateDirectory: paths.networks)
        )
        layout = try CgroupLayout.detect()
        cgroups = try EngineCgroups(
            driver: paths.cgroupDriver,
            parent: paths.cgroupParent,
            layout: layout,
            logger: logger
        )
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

    /// What the engine is given.
    var forEngine: Rooms {
        let images = EngineImages(store: images)
        var rooms = Rooms(
            images: images,
            namespaces: EngineNamespaces(),
            networks: EngineNetworks(manager: networks, logger: logger),
            cgroups: cgroups,
            containers: containers
        )
        rooms.imageKeeping = images
        return rooms
    }
}
