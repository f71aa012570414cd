import AgentAPI
import AgentClient
import ArgumentParser
import JSONCoding

/// `swiftlet top`.
struct TopCommand: ParsableCommand {
    /// What is shown.
    enum Subject: String, ExpressibleByArgument, CaseIterable {
        case pods, containers, node

        init?(argument: String) {
            switch argument {
            case "pods", "pod", "po": self = .pods
            case "containers", "container", "co": self = .containers
            case "node", "nodes", "no": self = .node
            default: return nil
            }
        }
    }

    static let configuration = CommandConfiguration(
        commandName: "top",
        abstract: "Show what pods, containers or the node use.",
        discussion: """
            On a terminal it is a live table of the whole screen, with the keys of k9s: "?" shows them, "q" ends it. \
            Elsewhere, or with -o, it is printed once.

            Examples:
              swiftlet top
              swiftlet top containers -n web
              swiftlet top pods -o json
              swiftlet top node | cat
            """
    )

    @Argument(help: "pods, containers or node.")
    var subject = Subject.pods

    @Argument(help: "Only this pod.")
    var name: String?

    @Option(name: .shortAndLong, help: "Only pods of this namespace; all where it is left out.")
    var namespace: String?

    @Flag(help: "Print once also on a terminal.")
    var once = false

    @OptionGroup var format: OutputOptions
    @OptionGroup var global: GlobalOptions

    func run() throws {
        try Terminal.reporting {
            let connection = try global.connect()
            if format.output == nil, !once, name == nil, TerminalScreen.isUsable {
                return try TopSession(connection: connection, endpoint: global.endpoint(), subject, namespace: namespace).run()
            }
            if subject == .node { return try showNode(connection) }
            let scope = namespace ?? (name == nil ? nil : "default")
            let request = PodStatsRequest(namespace: scope, name: name)
            let list = try connection.call(AgentMethods.podStats, request)
            if let output = format.output, output == .json || output == .yaml {
                return Terminal.write(output.document(try OutputFormat.node(list)))
            }
            let pods = list.items.filter { $0.usage != nil }
            if format.output == .name {
                for pod in pods { Terminal.write("pod/\(pod.name)\n") }
            } else if !pods.isEmpty {
                let showsNamespace = scope == nil
                Terminal.write(
                    subject == .pods
                        ? StatsTable.pods(pods, showsNamespace: showsNamespace)
                        : StatsTable.containers(pods, showsNamespace: showsNamespace)
                )
            }
            if pods.isEmpty { Terminal.writeError("No running pods found.\n") }
        }
    }

    private func showNode(_ connection: AgentConnection) throws(Fault) {
        let node = try connection.call(AgentMethods.systemStats)
        if let output = format.output, output == .json || output == .yaml {
            return Terminal.write(output.document(try OutputFormat.node(node)))
        }
        Terminal.write(StatsTable.node(node))
    }
}
