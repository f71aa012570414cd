import AgentAPI
import AgentClient
import ArgumentParser
import JSONCoding
import Linux
import PodSpec

/// `swiftlet get pods`, `swiftlet get jobs`, `swiftlet get images`.
struct GetCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "get",
        abstract: "Show pods, what makes them, or images.",
        discussion: """
            Examples:
              swiftlet get pods
              swiftlet get pods -A -o wide
              swiftlet get pod web -o yaml
              swiftlet get pods -w
              swiftlet get deployments
              swiftlet get cronjob backup -o yaml
            """,
        subcommands: [
            GetPods.self, GetDeployments.self, GetReplicaSets.self, GetDaemonSets.self, GetJobs.self, GetCronJobs.self,
            GetImages.self,
        ]
    )
}

struct GetPods: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "pods",
        abstract: "Show pods.",
        aliases: ["pod", "po"]
    )

    @Argument(help: "Only this pod.")
    var name: String?

    @OptionGroup var namespace: NamespaceOptions

    @Flag(name: [.customShort("A"), .long], help: "Pods of all namespaces.")
    var allNamespaces = false

    @Flag(name: [.customShort("w"), .long], help: "Go on and show every change.")
    var watch = false

    @OptionGroup var format: OutputOptions
    @OptionGroup var global: GlobalOptions

    func validate() throws {
        if allNamespaces && name != nil { throw ValidationError("a pod is named within one namespace: leave out -A") }
    }

    func run() throws {
        try Terminal.reporting {
            let connection = try global.connect()
            if watch {
                try watch(connection)
            } else if let name {
                let request = PodGetRequest(namespace: namespace.namespace, name: name)
                try show(try connection.call(AgentMethods.podGet, request).pod)
            } else {
                try show(try connection.call(AgentMethods.podList, PodListRequest(namespace: scope)))
            }
        }
    }

    /// Nil for all namespaces.
    private var scope: String? { allNamespaces ? nil : namespace.namespace }

    private func show(_ pod: Pod) throws(Fault) {
        switch format.output {
        case .json?, .yaml?: Terminal.write(format.output?.document(try OutputFormat.node(pod)) ?? [])
        case .name?: Terminal.write("pod/\(pod.metadata.name)\n")
        case nil, .wide?:
            var table = makeTable()
            Terminal.write(table.render([pod], now: .now))
        }
    }

    private func show(_ list: PodList) throws(Fault) {
        switch format.output {
        case .json?, .yaml?:
            var items: [JSONNode] = []
            for pod in list.items { items.append(try OutputFormat.node(pod)) }
            Terminal.write(format.output?.document(OutputFormat.list(items)) ?? [])
        case .name?:
            for pod in list.items { Terminal.write("pod/\(pod.metadata.name)\n") }
        case nil, .wide?:
            var table = makeTable()
            if !list.items.isEmpty { Terminal.write(table.render(list.items, now: .now)) }
        }
        if list.items.isEmpty { Terminal.writeError("No pods found.\n") }
        for problem in list.problems { Terminal.writeError(problem.text + "\n") }
    }

    private func makeTable() -> PodTable {
        PodTable(isWide: format.output == .wide, showsNamespace: allNamespaces)
    }

    private func watch(_ connection: AgentConnection) throws(Fault) {
        var table = makeTable()
        // The pods there are at the start make one table; later ones are rows under it.
        var initial: [Pod]? = []
        let request = PodWatchRequest(namespace: scope, name: name)
        var failure: Fault?
        try connection.subscribe(AgentMethods.podWatch, request, of: PodWatchEvent.self) { batch in
            for event in batch.events {
                do throws(Fault) { try show(event, &initial, &table) } catch {
                    failure = error
                    return false
                }
            }
            return true
        }
        if let failure { throw failure }
    }

    private func show(_ event: PodWatchEvent, _ initial: inout [Pod]?, _ table: inout PodTable) throws(Fault) {
        if let output = format.output, output != .wide {
            guard let pod = event.pod else { return }
            if output == .name { return Terminal.write("pod/\(pod.metadata.name)\n") }
            return Terminal.write(output.streamed(try OutputFormat.node(pod)))
        }
        if event.type == .bookmark, let pods = initial {
            initial = nil
            return Terminal.write(table.render(pods, now: .now))
        }
        guard let pod = event.pod else { return }
        if initial != nil {
            initial?.append(pod)
        } else {
            Terminal.write(table.renderMore([pod], now: .now))
        }
    }
}

struct GetImages: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "images",
        abstract: "Show the images in the store.",
        aliases: ["image"]
    )

    @OptionGroup var format: OutputOptions
    @OptionGroup var global: GlobalOptions

    func run() throws {
        try Terminal.reporting {
            try ImagesCommand.show(try global.connect().call(AgentMethods.imageList), format.output)
        }
    }
}
