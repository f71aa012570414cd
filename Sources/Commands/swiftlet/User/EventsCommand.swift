import AgentAPI
import AgentClient
import ArgumentParser
import JSONCoding

/// `swiftlet events`.
struct EventsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "events",
        abstract: "Show what happened on the node: pods, containers, images, networks, manifests.",
        discussion: """
            The agent keeps its latest 4096 events. With --since what comes after a number is shown (-o wide and \
            -o json show numbers); where some of that is not kept any more, a line on standard error says so.

            Examples:
              swiftlet events
              swiftlet events -w --for pod/web
              swiftlet events -w -o json | jq 'select(.reason == "ContainerDied")'
            """,
        aliases: ["event"]
    )

    @Flag(name: [.customShort("w"), .long], help: "Go on and show every event.")
    var watch = false

    @Option(name: .customLong("for"), help: ArgumentHelp("Only events of this pod.", valueName: "pod/name"))
    var subject: String?

    @Option(help: ArgumentHelp("Only events about these; may be repeated.", valueName: "pod|container|image|…"))
    var about: [NodeEvent.Subject] = []

    @Option(help: ArgumentHelp("Only Normal or only Warning events.", valueName: "type"))
    var types: PodEvent.Kind?

    @Option(help: ArgumentHelp("Only events after this number.", valueName: "seq"))
    var since: Int64?

    @Option(name: .shortAndLong, help: "Only events of pods of this namespace.")
    var namespace: String?

    @OptionGroup var format: OutputOptions
    @OptionGroup var global: GlobalOptions

    func validate() throws {
        guard let subject else { return }
        let parts = subject.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count == 2, ["pod", "pods", "po"].contains(parts[0]), !parts[1].isEmpty else {
            throw ValidationError("--for takes pod/NAME, not \"\(subject)\"")
        }
    }

    func run() throws {
        try Terminal.reporting {
            let connection = try global.connect()
            let list = try connection.call(AgentMethods.eventList, request)
            var table = EventTable(isWide: format.output == .wide)
            if list.dropped { Terminal.writeError("(earlier events are not kept any more)\n") }
            try show(list.items, &table, isFirst: true)
            if watch { return try follow(connection, after: list.latest, &table) }
            if list.items.isEmpty { Terminal.writeError("No events found.\n") }
        }
    }

    private var request: EventRequest {
        let pod = subject?.split(separator: "/").last.map(String.init)
        var request = EventRequest(since: since, namespace: namespace ?? (pod == nil ? nil : "default"), pod: pod)
        request.subjects = about.isEmpty ? nil : about
        request.type = types
        return request
    }

    private func show(_ events: [NodeEvent], _ table: inout EventTable, isFirst: Bool = false) throws(Fault) {
        switch format.output {
        case .json? where !watch, .yaml? where !watch:
            var nodes: [JSONNode] = []
            for event in events { nodes.append(try OutputFormat.node(event)) }
            Terminal.write(format.output?.document(["items": JSONNode(.array(nodes))]) ?? [])
        case .json?, .yaml?:
            for event in events { Terminal.write(format.output?.streamed(try OutputFormat.node(event)) ?? []) }
        case .name?:
            for event in events { Terminal.write("event/\(event.seq)\n") }
        case nil, .wide?:
            if isFirst, watch || !events.isEmpty {
                Terminal.write(table.render(events, now: .now))
            } else if !events.isEmpty {
                Terminal.write(table.renderMore(events, now: .now))
            }
        }
    }

    private func follow(_ connection: AgentConnection, after number: Int64, _ table: inout EventTable) throws(Fault) {
        var request = request
        request.since = number
        var failure: Fault?
        var table = table
        try connection.subscribe(AgentMethods.eventWatch, request, of: EventNotice.self) { batch in
            if batch.events.contains(where: { $0.kind == .dropped }) {
                Terminal.writeError("(events were lost: they came faster than they could be shown)\n")
            }
            do throws(Fault) { try show(batch.events.compactMap(\.event), &table) } catch {
                failure = error
                return false
            }
            return true
        }
        if let failure { throw failure }
    }
}

extension NodeEvent.Subject: ExpressibleByArgument {}
extension PodEvent.Kind: ExpressibleByArgument {}
