import AgentConfiguration
import AgentServer
import AgentState
import ArgumentParser
import Linux
import Logging
import PodEngine
import Systemd

/// `swiftlet agent`.
struct AgentCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "agent",
        abstract: "Run the pods of a folder of manifests.",
        discussion: """
            Makes the machine match the manifests and goes on doing so, until SIGTERM or SIGINT ends it; its pods go on \
            running then, and the next agent takes them over.

            Examples:
              swiftlet agent
              swiftlet agent --manifests ./manifests --netconf ./netconf --log-level debug
              swiftlet config dump --origin      what is set, and where
            """
    )

    @Option(help: .of(.manifests, valueName: "dir"))
    var manifests: String?

    @Option(help: .of(.netconf, valueName: "dir"))
    var netconf: String?

    @OptionGroup var options: ConfigurationOptions

    @Option(help: .of(.helpers, valueName: "dir"))
    var helpers: String?

    @Option(help: ArgumentHelp("A registry that may be asked over plain HTTP; may be repeated.", valueName: "host[:port]"))
    var insecureRegistry: [String] = []

    @Option(help: ArgumentHelp("The first delay of crash-loop and pull back-off. (default: 10000)", valueName: "ms"))
    var backoffBaseMs: Int?

    @Option(help: .of(.logLevel, valueName: "level"))
    var logLevel: String?

    func validate() throws {
        if let backoffBaseMs, backoffBaseMs < 1 { throw ValidationError("--backoff-base-ms must be above 0") }
    }

    func run() async throws {
        let sources = options.sources([
            (.manifests, manifests), (.netconf, netconf), (.helpers, helpers), (.logLevel, logLevel),
            (.insecureRegistries, insecureRegistry.isEmpty ? nil : insecureRegistry.joined(separator: ",")),
            (.backoffBase, backoffBaseMs.map { "\($0)ms" }),
        ])
        let (settings, paths) = try sources.loadOrExit()
        let signals = try TerminationSignals()
        let live = LiveSettings(settings)
        bootstrapLogging(live)
        let logger = Logger(label: "swiftlet")
        do {
            // Each container takes a few descriptors: a shell's 1,024 would do for some 250.
            try ResourceLimit.openFiles.raise()
            try FileSystem.makeDirectories(paths.runRoot)
            let lock = try AgentLock(path: paths.lock)
            var process = try await AgentProcess(live, paths: paths, logger: logger)
            let (images, tcp) = (process.images, process.tcp)
            let reload = ConfigurationReload(sources: sources, settings: live, logger: logger) { settings in
                images.allowPlainText(hosts: Set(settings.insecureRegistries))
                tcp?.reload(logger)
            }
            process.onReload = { reload.run() }
            try await process.run(until: signals)
            _ = consume lock
        } catch {
            let lines = (error as? StateProblems)?.problems.map(\.description) ?? ["\(error)"]
            for line in lines { logger.critical("\(line)") }
            throw ExitCode(1)
        }
    }

    private func bootstrapLogging(_ settings: LiveSettings) {
        let journal = Journal.isStandardError && Journal.isAvailable
        LoggingSystem.bootstrap { label in
            LiveLogHandler(
                journal ? JournalLogHandler() : StreamLogHandler.standardError(label: label),
                settings: settings
            )
        }
    }
}
