import AgentAPI
import AgentClient
import ArgumentParser

/// `swiftlet describe pod`.
struct DescribeCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "describe",
        abstract: "Show all about a pod, or about what makes pods, for people.",
        discussion: """
            Examples:
              swiftlet describe pod web
              swiftlet describe pod web -n shop
            """,
        subcommands: [
            DescribePod.self, DescribeDeployment.self, DescribeReplicaSet.self, DescribeDaemonSet.self,
            DescribeJob.self, DescribeCronJob.self,
        ]
    )
}

struct DescribePod: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "pod",
        abstract: "Show all about a pod: what is wanted, what is, and what happened.",
        aliases: ["pods", "po"]
    )

    @Argument(help: "The pod.")
    var name: String

    @OptionGroup var namespace: NamespaceOptions
    @OptionGroup var global: GlobalOptions

    func run() throws {
        try Terminal.reporting {
            let request = PodGetRequest(namespace: namespace.namespace, name: name)
            let detail = try global.connect().call(AgentMethods.podGet, request)
            Terminal.write(PodDescription.text(of: detail, now: .now))
        }
    }
}
