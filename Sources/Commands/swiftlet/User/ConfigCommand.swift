import AgentConfiguration
import ArgumentParser

/// `swiftlet config`.
struct ConfigCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "config",
        abstract: "Check and show the agent's configuration.",
        discussion: """
            The strongest first: flags, environment, /etc/swiftlet/config.d/*.yaml, /etc/swiftlet/config.yaml, the \
            same of /usr/lib/swiftlet. An agent that runs reads it again at SIGHUP.

            Examples:
              swiftlet config default > /etc/swiftlet/config.yaml
              swiftlet config check
              swiftlet config dump --origin
            """,
        subcommands: [Check.self, Default.self, Dump.self, Manual.self]
    )

    struct Check: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "check",
            abstract: "Say what is wrong with the configuration.",
            discussion: """
                A line for each error: FILE:LINE:COLUMN: KEY: MESSAGE. Exit status 1 where there are any. Without \
                arguments, what the agent would read: files and environment.

                Examples:
                  swiftlet config check
                  swiftlet config check ./config.yaml
                """
        )

        @Argument(help: "Configuration files, each checked by itself with what it includes.")
        var files: [String] = []

        func run() throws {
            let environment = ProcessEnvironment.variables()
            let all =
                files.isEmpty
                ? [("configuration", ConfigurationSources(file: nil, environment: environment))]
                : files.map { ($0, ConfigurationSources(places: [.file($0, isOptional: false)])) }
            var hasErrors = false
            for (name, sources) in all {
                do throws(ConfigurationErrors) {
                    _ = try AgentPaths(try sources.load())
                    Terminal.writeError("\(name): good\n")
                } catch {
                    hasErrors = true
                    Terminal.write("\(error)\n")
                }
            }
            if hasErrors { throw ExitCode(1) }
        }
    }

    struct Default: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "default",
            abstract: "Print a configuration file with every key, its meaning and its default."
        )

        func run() { Terminal.write(ConfigurationText.standard()) }
    }

    struct Manual: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "manual",
            abstract: "Print the manual page of the configuration files, swiftlet.config(5).",
            discussion: """
                Examples:
                  swiftlet config manual | man -l -
                """
        )

        func run() { Terminal.write(ConfigurationText.manual()) }
    }

    struct Dump: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "dump",
            abstract: "Print the settings that the agent would have.",
            discussion: """
                Examples:
                  swiftlet config dump --origin
                  swiftlet config dump --config ./config.yaml
                """
        )

        @OptionGroup var options: ConfigurationOptions

        @Flag(help: "With where each comes from: file and line, environment variable, flag or default.")
        var origin = false

        func run() throws {
            let settings = try options.sources().loadOrExit().settings
            Terminal.write(ConfigurationText.dump(settings, showsOrigins: origin))
        }
    }
}
