import AgentAPI
import AgentClient
import ArgumentParser
import JSONCoding

/// What deleting takes but the objects.
struct DeleteOptions: ParsableArguments {
    @Option(
        name: .shortAndLong,
        help: ArgumentHelp("The namespace. (default: default)", valueName: "namespace"),
        completion: Completion.namespaces
    )
    var namespace: String?

    @Flag(help: "All of the types.")
    var all = false

    @Flag(help: "What is not there is no failure.")
    var ignoreNotFound = false

    @Option(help: ArgumentHelp("Wait until nothing of them is left.", valueName: "bool"))
    var wait = true

    @OptionGroup var ending: EndingOptions
    @OptionGroup var selection: SelectionOptions
    @OptionGroup var format: OutputOptions
    @OptionGroup var global: GlobalOptions

    func check(_ arguments: ResourceArguments) throws {
        let hasNames = arguments.targets.contains { !$0.names.isEmpty }
        let isOpen = all || selection.isGiven
        if hasNames && isOpen { throw ValidationError("names do not go together with selectors and --all") }
        if !hasNames && !isOpen { throw ValidationError("which? Name them, or give --all or -l") }
        for target in arguments.targets where !target.type.isManifest {
            throw ValidationError("\(target.type.plural) are in no manifest\(target.type == .image ? ": see \"swiftlet image rm\"" : "")")
        }
    }

    func run(_ arguments: ResourceArguments) throws {
        try Terminal.reporting {
            let query = ResourceQuery(connection: try global.connect(), namespace: namespace ?? "default")
            let filter = try selection.filter()
            var objects: [ObjectReference] = []
            for target in arguments.targets {
                var names = target.names
                if names.isEmpty {
                    // What a workload has made goes with it, and is no manifest's.
                    let found = try query.all(target.type).filter(filter)
                    names = found.filter { $0.node["metadata"]?["ownerReferences"]?[0] == nil }.map(\.name)
                    let owned = found.count - names.count
                    if owned > 0 { Terminal.writeError("\(owned) \(target.type.plural) of workloads stay: delete their owners\n") }
                }
                objects += names.map { ObjectReference(
                        kind: target.type.kind,
                        namespace: target.type.isNamespaced ? namespace ?? "default" : "default",
                        name: $0
                    ) }
            }
            guard !objects.isEmpty else { return Terminal.writeError("No resources found.\n") }
            try delete(objects)
        }
    }

    func delete(_ objects: [ObjectReference]) throws {
        var request = DeleteRequest(objects: objects)
        request.ignoreNotFound = ignoreNotFound ? true : nil
        request.wait = wait ? true : nil
        request.gracePeriodSeconds = ending.seconds
        request.dryRun = ending.dryRun == .server ? true : nil
        if ending.dryRun == .client {
            for object in objects { Terminal.write("\(AppliedText.name(object)) deleted (client dry run)\n") }
            return
        }
        let connection = try global.dialer().connect(timeout: wait ? ending.timeout?.duration : global.requestTimeout.duration)
        let result = try connection.call(AgentMethods.podDelete, request)
        let suffix = ending.dryRun == .server ? " (server dry run)" : ""
        try AppliedText(format: format.output, suffix: suffix).write(result.items, result)
    }
}

/// How what is deleted ends.
struct EndingOptions: ParsableArguments {
    @Option(help: ArgumentHelp("How long containers have to end, instead of what their pods say.", valueName: "seconds"))
    var gracePeriod: Int?

    @Flag(help: "The same as --grace-period 1.")
    var now = false

    @Flag(help: "The same as --grace-period 0: containers are killed at once.")
    var force = false

    @Option(help: ArgumentHelp("How long to wait for the end; as long as it takes where it is left out.", valueName: "duration"))
    var timeout: HumanDurationArgument?

    @Option(help: "Only say what would be done; server: ask the agent.")
    var dryRun = ApplyCommand.DryRun.none

    var seconds: Int? { force ? 0 : now ? 1 : gracePeriod.flatMap { $0 < 0 ? nil : $0 } }

    func validate() throws {
        if [gracePeriod != nil, now, force].count(where: { $0 }) > 1 {
            throw ValidationError("give one of --grace-period, --now and --force")
        }
        if let gracePeriod, gracePeriod > 86_400 { throw ValidationError("--grace-period is a day at most") }
    }
}
