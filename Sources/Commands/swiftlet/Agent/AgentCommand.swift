import AgentServer
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
            """
    )

    @Option(help: ArgumentHelp("The watched folder of pod manifests.", valueName: "dir"))
    var manifests = "/etc/swiftlet/manifests"

    @Option(help: ArgumentHelp("The folder of network definitions, in netavark's JSON.", valueName: "dir"))
    var netconf = "/etc/swiftlet/netconf"

    @OptionGroup var paths: AgentPaths

    @Option(help: ArgumentHelp("Where swiftlet-monitor and swiftlet-runtime are. (default: beside swiftlet)", valueName: "dir"))
    var helpers: String?

    @Option(help: ArgumentHelp("A registry that may be asked over plain HTTP; may be repeated.", valueName: "host[:port]"))
    var insecureRegistry: [String] = []

    @Option(help: ArgumentHelp("The first delay of crash-loop and pull back-off. (default: 10000)", valueName: "ms"))
    var backoffBaseMs: Int?

    @Option(help: "trace, debug, info, notice, warning, error or critical.")
    var logLevel = Logger.Level.info

    func validate() throws {
        if let backoffBaseMs, backoffBaseMs < 1 { throw ValidationError("--backoff-base-ms must be above 0") }
    }

    func run() async throws {
        let signals = try TerminationSignals()
        bootstrapLogging()
        let logger = Logger(label: "swiftlet")
        do {
            try FileSystem.makeDirectories(paths.runRoot)
            let lock = try AgentLock(path: paths.lock)
            let process = try await AgentProcess(self, logger: logger)
            try await process.run(until: signals)
            _ = consume lock
        } catch {
            logger.critical("\(error)")
            throw ExitCode(1)
        }
    }

    private func bootstrapLogging() {
        let level = logLevel
        let journal = Journal.isStandardError && Journal.isAvailable
        LoggingSystem.bootstrap { label in
            if journal {
                var handler = JournalLogHandler()
                handler.logLevel = level
                return handler
            }
            var handler = StreamLogHandler.standardError(label: label)
            handler.logLevel = level
            return handler
        }
    }
}

extension Logger.Level: ArgumentParser.ExpressibleByArgument {}
