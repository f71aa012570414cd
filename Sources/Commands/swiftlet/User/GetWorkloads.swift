import AgentAPI
import AgentClient
import ArgumentParser
import JSONCoding
import Linux
import PodSpec

/// What `swiftlet get` takes for each kind that makes pods.
struct WorkloadSelection: ParsableArguments {
    @Argument(help: "Only this one.")
    var name: String?

    @OptionGroup var namespace: NamespaceOptions

    @Flag(name: [.customShort("A"), .long], help: "Those of all namespaces.")
    var allNamespaces = false

    @OptionGroup var format: OutputOptions
    @OptionGroup var global: GlobalOptions

    func validate() throws {
        if allNamespaces && name != nil { throw ValidationError("one is named within one namespace: leave out -A") }
    }

    func show(_ kind: WorkloadKind) throws {
        try Terminal.reporting {
            let request = WorkloadListRequest(
                kind: kind,
                namespace: allNamespaces ? nil : namespace.namespace,
                name: name
            )
            let items = try global.connect().call(AgentMethods.workloadList, request).items.map(\.object)
            if let name, items.isEmpty { throw WorkloadSelection.missing(kind, name) }
            try show(items, kind)
        }
    }

    static func missing(_ kind: WorkloadKind, _ name: String) -> Fault {
        Fault(.notFound, "\(kind.plural) \"\(name)\" not found", reason: "WorkloadNotFound")
    }

    private func show(_ items: [Workload], _ kind: WorkloadKind) throws(Fault) {
        switch format.output {
        case .json?, .yaml?:
            var nodes: [JSONNode] = []
            for item in items { nodes.append(try OutputFormat.node(item)) }
            let node = name == nil ? OutputFormat.list(nodes) : nodes.first ?? .null
            Terminal.write(format.output?.document(node) ?? [])
        case .name?:
            for item in items { Terminal.write("\(kind.rawValue.lowercased())/\(item.metadata.name)\n") }
        case nil, .wide?:
            var table = WorkloadTable(kind, showsNamespace: allNamespaces)
            if !items.isEmpty { Terminal.write(table.render(items, now: .now)) }
        }
        if items.isEmpty { Terminal.writeError("No \(kind.plural) found.\n") }
    }
}

struct GetDeployments: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "deployments",
        abstract: "Show Deployments.",
        aliases: ["deployment", "deploy"]
    )
    @OptionGroup var selection: WorkloadSelection
    func run() throws { try selection.show(.deployment) }
}

struct GetReplicaSets: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "replicasets",
        abstract: "Show ReplicaSets.",
        aliases: ["replicaset", "rs"]
    )
    @OptionGroup var selection: WorkloadSelection
    func run() throws { try selection.show(.replicaSet) }
}

struct GetDaemonSets: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "daemonsets",
        abstract: "Show DaemonSets.",
        aliases: ["daemonset", "ds"]
    )
    @OptionGroup var selection: WorkloadSelection
    func run() throws { try selection.show(.daemonSet) }
}

struct GetJobs: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "jobs",
        abstract: "Show Jobs, those of CronJobs included.",
        aliases: ["job"]
    )
    @OptionGroup var selection: WorkloadSelection
    func run() throws { try selection.show(.job) }
}

struct GetCronJobs: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "cronjobs",
        abstract: "Show CronJobs.",
        aliases: ["cronjob", "cj"]
    )
    @OptionGroup var selection: WorkloadSelection
    func run() throws { try selection.show(.cronJob) }
}
