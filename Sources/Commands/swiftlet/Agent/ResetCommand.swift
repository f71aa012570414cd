import AgentAPI
import ArgumentParser
import Linux
import Logging
import PodEngine
import Sandboxes

/// `swiftlet reset`.
struct ResetCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "reset",
        abstract: "Stop all pods and remove everything that the agent made.",
        discussion: """
            For when no agent runs. Manifests stay, and the folders of PersistentVolumeClaims with what pods have put
            there. Containers are given their grace period.

            Examples:
              swiftlet reset             pods, volumes, network, logs
              swiftlet reset --images    images and layers too
            """
    )

    @OptionGroup var options: ConfigurationOptions

    @Flag(help: "Remove images and unpacked layers too.")
    var images = false

    @Option(help: .of(.helpers, valueName: "dir"))
    var helpers: String?

    func run() async throws {
        let (settings, paths) = try options.sources([(.helpers, helpers)]).loadOrExit()
        LoggingSystem.bootstrap { label in
            var handler = StreamLogHandler.standardError(label: label)
            handler.logLevel = .warning
            return handler
        }
        do {
            try await reset(paths, helpers: settings.helpers)
        } catch let error as AgentRuns {
            Terminal.writeError("Error: \(error)\nHint: end it first; its pods are removed by this command\n")
            throw ExitCode(4)
        } catch {
            Terminal.writeError("Error: \(error)\n")
            throw ExitCode(1)
        }
    }

    private func reset(_ paths: AgentPaths, helpers: String?) async throws {
        try FileSystem.makeDirectories(paths.runRoot)
        let lock = try AgentLock(path: paths.lock)
        let logger = Logger(label: "swiftlet")
        // An engine with nothing wanted ends what it finds, by the same way as any removed pod.
        let nothing = "\(paths.runRoot)/reset"
        try FileSystem.makeDirectories(nothing)
        let rooms = try await AgentRooms(
            paths: paths,
            netconf: nothing,
            helpers: HelperPrograms(directory: helpers),
            insecureRegistries: [],
            logger: logger
        )
        var settings = try EngineConfiguration(
            paths: paths,
            manifests: nothing,
            node: NodeFacts(layout: rooms.layout).node,
            backoffBase: nil
        )
        // The manifests of claims stay, and with them what the claims hold.
        settings.reclaimsVolumes = false
        let engine = PodSupervisor(configuration: settings, rooms: rooms.forEngine(sparing: SandboxOwnership()), logger: logger)
        try await removeSandboxes(settings, rooms, engine, logger)
        let changes = engine.store.changes()
        try await engine.start()
        if !engine.store.pods.isEmpty {
            for await _ in changes where engine.store.pods.isEmpty { break }
        }
        await engine.stop()
        try await rooms.networks.removeAll()
        try await rooms.cgroups.removeAll()
        // Attachments of plugins too: each has been undone, or the networks' removal would have failed.
        var leftovers = ["\(paths.root)/pods", "\(paths.root)/sandboxes", paths.plugins]
        if images { leftovers += [paths.images, paths.layers, "\(paths.root)/layout.json"] }
        for path in leftovers { try FileSystem.removeTree(path) }
        // By name: a folder that was given and holds what is not ours keeps that.
        let own = [
            "pods", "sandboxes", "runtime", "networks", "reset", "boot-id", "state-probe", "agent.lock", "swiftlet.sock",
            "swiftlet-ro.sock",
        ]
        for entry in try FileSystem.list(paths.runRoot)
        where own.contains(where: { entry == $0 || entry.hasPrefix("\($0).") || entry.hasPrefix(".\($0).") }) {
            let path = "\(paths.runRoot)/\(entry)"
            // No agent runs: a socket with a listener is a socket unit's, which could not make it again.
            if try UnixSocket.hasListener(path) { continue }
            try FileSystem.removeTree(path)
        }
        _ = consume lock
    }

    private func removeSandboxes(
        _ settings: EngineConfiguration,
        _ rooms: AgentRooms,
        _ engine: PodSupervisor,
        _ logger: Logger
    ) async throws {
        let sandboxes = SandboxService(
            configuration: .init(settings, runtimeVersion: VersionInfo.current.version),
            rooms: rooms.forSandboxes(engine),
            logger: logger
        )
        if let failure = try await sandboxes.removeAll().first { throw SandboxFailure(.other, failure) }
    }
}
