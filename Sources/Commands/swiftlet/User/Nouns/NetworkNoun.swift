import AgentAPI
import AgentClient
import ArgumentParser

/// `swiftlet network`.
struct NetworkNoun: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "network",
        abstract: "List the pods' networks and look at who is on them.",
        subcommands: [List.self, Inspect.self]
    )

    struct List: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "ls",
            abstract: "Show the networks that are defined or up.",
            aliases: ["list"]
        )

        @OptionGroup var list: NodeList

        func run() throws { try list.show(.network) }
    }

    struct Inspect: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "inspect",
            abstract: "Show networks with their subnets and the addresses that pods have.",
            discussion: "For people; -o json and -o yaml for programs.",
            aliases: ["get", "describe"]
        )

        @Argument(help: "The networks.", completion: Completion.networks)
        var names: [String]

        @OptionGroup var format: OutputOptions
        @OptionGroup var global: GlobalOptions

        func run() throws {
            try Terminal.reporting {
                let connection = try global.connect()
                for name in names {
                    let network = try connection.call(AgentMethods.networkGet, NetworkGetRequest(name: name))
                    if let output = format.output, output == .json || output == .yaml {
                        Terminal.write(output.document(try OutputFormat.node(network)))
                    } else {
                        Terminal.write(NetworkDescription.text(of: network))
                    }
                }
            }
        }
    }
}
