import AgentAPI
import AgentClient
import ArgumentParser
import PodSpec

/// What `swiftlet describe` takes for each kind that makes pods.
struct DescribedWorkload: ParsableArguments {
    @Argument(help: "Which one.")
    var name: String

    @OptionGroup var namespace: NamespaceOptions
    @OptionGroup var global: GlobalOptions

    func describe(_ kind: WorkloadKind) throws {
        try Terminal.reporting {
            let request = WorkloadListRequest(kind: kind, namespace: namespace.namespace, name: name)
            guard let detail = try global.connect().call(AgentMethods.workloadList, request).items.first else {
                throw WorkloadSelection.missing(kind, name)
            }
            Terminal.write(WorkloadDescription.text(of: detail, now: .now))
        }
    }
}

struct DescribeDeployment: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "deployment",
        abstract: "Show all about a Deployment.",
        aliases: ["deployments", "deploy"]
    )
    @OptionGroup var workload: DescribedWorkload
    func run() throws { try workload.describe(.deployment) }
}

struct DescribeReplicaSet: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "replicaset",
        abstract: "Show all about a ReplicaSet.",
        aliases: ["replicasets", "rs"]
    )
    @OptionGroup var workload: DescribedWorkload
    func run() throws { try workload.describe(.replicaSet) }
}

struct DescribeDaemonSet: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "daemonset",
        abstract: "Show all about a DaemonSet.",
        aliases: ["daemonsets", "ds"]
    )
    @OptionGroup var workload: DescribedWorkload
    func run() throws { try workload.describe(.daemonSet) }
}

struct DescribeJob: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "job",
        abstract: "Show all about a Job.",
        aliases: ["jobs"]
    )
    @OptionGroup var workload: DescribedWorkload
    func run() throws { try workload.describe(.job) }
}

struct DescribeCronJob: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "cronjob",
        abstract: "Show all about a CronJob.",
        aliases: ["cronjobs", "cj"]
    )
    @OptionGroup var workload: DescribedWorkload
    func run() throws { try workload.describe(.cronJob) }
}
