import AgentAPI
import AgentClient
import ArgumentParser

/// `swiftlet describe`.
struct DescribeCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "describe",
        abstract: "Show all about a pod, what makes pods, what they refer to, an image or a network, for people.",
        discussion: """
            Examples:
              swiftlet describe pod web
              swiftlet describe pod/web deploy/shop -n shop
              swiftlet describe pods
            """
    )

    @Argument(help: "TYPE [NAME…], or TYPE/NAME….", completion: Completion.resources)
    var what: [String]

    @OptionGroup var options: DescribeOptions

    func validate() throws { try ValidationError.checking { _ = try ResourceArguments(what) } }

    func run() throws { try options.run(try ResourceArguments(what)) }
}

/// What describing takes but the types and names.
struct DescribeOptions: ParsableArguments {
    @OptionGroup var namespace: NamespaceOptions
    @OptionGroup var global: GlobalOptions

    func run(_ arguments: ResourceArguments) throws {
        try Terminal.reporting {
            let query = ResourceQuery(connection: try global.connect(), namespace: namespace.namespace)
            var isFirst = true
            for target in arguments.targets {
                let names = target.names.isEmpty ? try query.all(target.type).map(\.name) : target.names
                if names.isEmpty { Terminal.writeError("No \(target.type.plural) found.\n") }
                for name in names {
                    let text = try text(of: target.type, name, query)
                    Terminal.write((isFirst ? "" : "\n\n") + text)
                    isFirst = false
                }
            }
        }
    }

    private func text(of type: ResourceType, _ name: String, _ query: ResourceQuery) throws(Fault) -> String {
        if type.workload != nil { return WorkloadDescription.text(of: try query.workload(type, name), now: .now) }
        if type.data != nil { return ObjectDescription.text(of: try query.object(type, name)) }
        switch type {
        case .image:
            let request = ImageGetRequest(image: name)
            return ImageDescription.text(of: try query.connection.call(AgentMethods.imageGet, request), now: .now)
        case .network:
            let request = NetworkGetRequest(name: name)
            return NetworkDescription.text(of: try query.connection.call(AgentMethods.networkGet, request))
        default: return PodDescription.text(of: try query.pod(name), now: .now)
        }
    }
}
