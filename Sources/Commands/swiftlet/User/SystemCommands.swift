import AgentAPI
import AgentClient
import ArgumentParser

/// `swiftlet info`.
struct InfoCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "info",
        abstract: "Describe the machine, the agent and what it keeps."
    )

    @OptionGroup var format: OutputOptions
    @OptionGroup var global: GlobalOptions

    func run() throws {
        try Terminal.reporting {
            let info = try global.connect().call(AgentMethods.systemInfo)
            let output = format.output == .json ? OutputFormat.json : .yaml
            Terminal.write(output.document(try OutputFormat.node(info)))
        }
    }
}

/// `swiftlet health`.
struct HealthCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "health",
        abstract: "Tell whether the agent can do its work.",
        discussion: "Exit status 8 where it cannot, 5 where there is none."
    )

    @OptionGroup var format: OutputOptions
    @OptionGroup var global: GlobalOptions

    func run() throws {
        let report = try Terminal.reporting {
            let report = try global.connect().call(AgentMethods.systemHealth)
            if let output = format.output, output == .json || output == .yaml {
                Terminal.write(output.document(try OutputFormat.node(report)))
            } else {
                Terminal.write(HealthText.text(of: report))
            }
            return report
        }
        if report.status == .failed { throw ExitCode(8) }
    }
}

/// `swiftlet version`.
struct VersionCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "version",
        abstract: "Tell the versions of this command and of the agent."
    )

    @Flag(help: "Only of this command; the agent is not asked.")
    var client = false

    @OptionGroup var global: GlobalOptions

    func run() throws {
        let own = VersionInfo.current
        Terminal.write("Client: \(own.version) (API \(own.apiVersion))\n")
        if client { return }
        let agent = try Terminal.reporting { try global.connect().call(AgentMethods.systemVersion) }
        Terminal.write("Agent:  \(agent.version) (API \(agent.apiVersion))\n")
    }
}
