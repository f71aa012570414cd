import AgentAPI
import AgentConfiguration
import AgentServer
import ImageStore
import Linux
import Logging
import PodEngine
import Sandboxes
import Systemd

/// The agent as a running process: engine and server, from start to a clean end.
struct AgentProcess {
    private let engine: PodSupervisor
    private let sandboxes: SandboxService
    private let server: ServerConfiguration
    /// Nil: nothing listens on TCP.
    let tcp: TCPService?
    private let backend: AgentBackend
    private let logger: Logger
    private let service: AgentService
    /// Makes what has changed in the configuration count, where SIGHUP asks for it; nil: nothing can be reloaded.
    var onReload: (@Sendable () async -> Void)?
    /// How long pods may take to end when the machine goes down.
    private let shutdownGracePeriod: Duration

    init(_ live: LiveSettings, paths: AgentPaths, logger: Logger) async throws {
        let settings = live.current
        service = try AgentService(logger: logger)
        let rooms = try await AgentRooms(
            paths: paths,
            netconf: settings.netconf,
            helpers: HelperPrograms(directory: settings.helpers),
            insecureRegistries: settings.insecureRegistries,
            admission: .standard(settings.signaturePolicy),
            keeper: service.monitors,
            writesJournal: { live.current.journalContainers },
            logger: logger
        )
        let node = try NodeFacts(layout: rooms.layout)
        for warning in node.warnings { logger.warning("\(warning)") }
        var engineSettings = try EngineConfiguration(
            paths: paths,
            manifests: settings.manifests,
            node: node.node,
            backoffBase: settings.backoffBase
        )
        engineSettings.node.resources = try EngineConfiguration.Resources(
            settings,
            layout: rooms.layout,
            cpus: node.node.cpus
        )
        engineSettings.take(settings)
        engineSettings.podIDs = try IDRange.ofPods(settings)
        engineSettings.podInit = (try HelperPrograms(directory: settings.helpers).runtime, "pod-init")
        let ownership = SandboxOwnership()
        engine = PodSupervisor(
            configuration: engineSettings,
            rooms: rooms.forEngine(sparing: ownership),
            logger: logger
        )
        var sandboxSettings = SandboxService.Configuration(engineSettings, runtimeVersion: VersionInfo.current.version)
        sandboxSettings.usesSystemd = rooms.cgroups.driver == .systemd
        sandboxes = SandboxService(configuration: sandboxSettings, rooms: rooms.forSandboxes(engine), logger: logger)
        ownership.set(sandboxes)
        backend = AgentBackend(
            engine: engine,
            images: rooms.images,
            containers: rooms.containers,
            about: AgentFacts(node: node, paths: paths, manifests: settings.manifests, netconf: settings.netconf),
            resources: NodeResources(
                networks: rooms.networks,
                manifests: ManifestEditor(directory: settings.manifests)
            ),
            observation: rooms.observation,
            cgroups: rooms.cgroups,
            directories: engineSettings.directories
        )
        tcp = try TCPService(live)
        server = ServerConfiguration(settings, paths: paths, tcp: tcp?.listening)
        self.logger = logger
        shutdownGracePeriod = settings.shutdownGracePeriod
    }

    /// The store that pulls go into.
    var images: ImageStore { backend.images }

    /// Runs until a signal comes. Pods go on running.
    func run(until signals: borrowing TerminationSignals) async throws {
        // Before anybody asks for them, and before the engine collects what belongs to nobody.
        try await sandboxes.adopt()
        let server = try await RPCServer.start(
            server,
            inherited: service.sockets,
            backend: backend,
            cri: sandboxes,
            log: logger
        )
        async let _ = sandboxes.run()
        try await service.start(engine)
        logger.notice("ready", metadata: ["event": "agent-ready", "socket": "\(self.server.socketPath)"])
        let shutdown = ShutdownGuard(engine: engine, gracePeriod: shutdownGracePeriod, logger: logger)
        async let _ = shutdown.run()
        async let _ = service.watch(engine)
        async let _ = IdleMemory(store: engine.store, logger: logger).run()
        while try await signals.next() == .reload { await service.reload(onReload) }
        await service.link.tell(.stopping)
        if await shutdown.isMachineStopping() {
            await service.link.tell(.extendTimeout(shutdownGracePeriod + .seconds(30)))
            await shutdown.halt(within: nil)
        } else {
            logger.notice("ending; pods go on running", metadata: ["event": "agent-stopping"])
        }
        await engine.stop()
        await server.shutdown()
    }
}
