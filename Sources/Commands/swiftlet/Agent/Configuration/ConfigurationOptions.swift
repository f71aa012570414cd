import AgentConfiguration
import ArgumentParser

/// The flags of the paths, and of the file that sets them otherwise: `agent`, `reset` and `load` must agree on both.
struct ConfigurationOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "The configuration file instead of those in /etc/swiftlet and /usr/lib/swiftlet; /dev/null for none.",
            valueName: "file"
        )
    )
    var config: String?

    @Option(help: .of(.root, valueName: "dir"))
    var root: String?

    @Option(help: .of(.runRoot, valueName: "dir"))
    var runRoot: String?

    @Option(help: .of(.logRoot, valueName: "dir"))
    var logRoot: String?

    @Option(help: .of(.cgroupDriver, valueName: "driver"))
    var cgroupDriver: String?

    @Option(help: .of(.cgroupParent, valueName: "path"))
    var cgroupParent: String?

    /// Where the settings come from.
    ///
    /// - Parameter flags: what the command has besides; nil for a flag that was not given.
    func sources(_ flags: [(ConfigurationKey, String?)] = []) -> ConfigurationSources {
        let own: [(ConfigurationKey, String?)] = [
            (.root, root), (.runRoot, runRoot), (.logRoot, logRoot), (.cgroupDriver, cgroupDriver),
            (.cgroupParent, cgroupParent),
        ]
        let given = (own + flags).compactMap { key, text in text.map { ConfigurationFlag(key, $0) } }
        return ConfigurationSources(file: config, environment: ProcessEnvironment.variables(), flags: given)
    }
}

extension ConfigurationSources {
    /// The settings and their paths; what is wrong with them is told line by line, and ends the command as a wrong
    /// command line does.
    func loadOrExit() throws -> (settings: AgentSettings, paths: AgentPaths) {
        do throws(ConfigurationErrors) {
            let settings = try load()
            return (settings, try AgentPaths(settings))
        } catch {
            Terminal.writeError("Error: the configuration cannot be used\n")
            for problem in error.problems { Terminal.writeError("\(problem)\n") }
            throw ExitCode(2)
        }
    }
}

extension ArgumentHelp {
    /// A flag's help, as the table of keys has it.
    static func of(_ key: ConfigurationKey, valueName: String) -> ArgumentHelp {
        let standard =
            switch key.standard {
            case .text(let text): " (default: \(text))"
            default: ""
            }
        return ArgumentHelp("\(key.summary)\(standard)", valueName: valueName)
    }
}
