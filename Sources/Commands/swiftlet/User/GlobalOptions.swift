import AgentAPI
import AgentClient
import ArgumentParser
import Glibc

/// What every command that asks the agent takes.
struct GlobalOptions: ParsableArguments {
    @Option(
        name: [.customShort("H"), .long],
        help: ArgumentHelp(
            "The agent's socket, or tcp://host:port; else SWIFTLET_HOST, else unix:///run/swiftlet/swiftlet.sock.",
            valueName: "unix://path"
        )
    )
    var host: String?

    @OptionGroup var tls: TLSOptions

    @Option(
        help: ArgumentHelp("How long an answer may take: 30s, 2m; 0s for as long as it takes.", valueName: "duration")
    )
    var requestTimeout: HumanDurationArgument = HumanDurationArgument(duration: .seconds(30))

    @Flag(help: "No colours, whatever the terminal can show.")
    var noColor = false

    /// The agent that the command line, the environment or the default names.
    func endpoint() throws(Fault) -> Endpoint {
        if let host { return try Endpoint(parsing: host) }
        if let variable = getenv("SWIFTLET_HOST") { return try Endpoint(parsing: String(cString: variable)) }
        return .standard
    }

    func dialer() throws(Fault) -> AgentDialer { AgentDialer(endpoint: try endpoint(), tls: tls) }

    /// Connects to it. `isUnlimited` for calls whose work takes its time.
    func connect(isUnlimited: Bool = false) throws(Fault) -> AgentConnection {
        let limit = requestTimeout.duration
        return try dialer().connect(timeout: isUnlimited || limit == .zero ? nil : limit)
    }

    /// Opens what a ticket is for that it has given.
    func open(_ ticket: StreamTicket) throws(Fault) -> StreamConnection { try dialer().open(ticket) }
}

/// A duration on the command line: `90s`, `5m`, `1h30m`.
struct HumanDurationArgument: ExpressibleByArgument, CustomStringConvertible {
    var duration: Duration

    init(duration: Duration) {
        self.duration = duration
    }

    init?(argument: String) {
        guard let duration = HumanDuration.parse(argument) else { return nil }
        self.duration = duration
    }

    var description: String { "\(duration.components.seconds)s" }
    var defaultValueDescription: String { description }
}

/// Which pods a command means.
struct NamespaceOptions: ParsableArguments {
    @Option(name: .shortAndLong, help: ArgumentHelp("The namespace.", valueName: "namespace"), completion: Completion.namespaces)
    var namespace = "default"
}
