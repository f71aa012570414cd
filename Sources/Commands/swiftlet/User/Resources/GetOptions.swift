import AgentAPI
import AgentClient
import ArgumentParser
import JSONCoding

/// All that `swiftlet get` and the `list` of nouns take but the types and names.
struct GetOptions: ParsableArguments {
    @OptionGroup var namespace: NamespaceOptions

    @Flag(name: [.customShort("A"), .long], help: "Those of all namespaces.")
    var allNamespaces = false

    @Flag(name: [.customShort("w"), .long], help: "Go on and show every change; of one type.")
    var watch = false

    @Flag(help: "What is not there is no failure.")
    var ignoreNotFound = false

    @OptionGroup var selection: SelectionOptions
    @OptionGroup var view: ViewOptions
    @OptionGroup var global: GlobalOptions

    /// What is wrong with the options together, and with these words.
    func check(_ arguments: ResourceArguments) throws {
        let hasNames = arguments.targets.contains { !$0.names.isEmpty }
        if allNamespaces && hasNames { throw ValidationError("one is named within one namespace: leave out -A") }
        if selection.isGiven && hasNames { throw ValidationError("names and selectors do not go together") }
        guard watch else { return }
        if arguments.targets.count > 1 { throw ValidationError("one type can be watched at a time") }
        if arguments.targets.contains(where: { $0.names.count > 1 }) { throw ValidationError("watch one, or all") }
        if view.sortBy != nil { throw ValidationError("--sort-by does not go together with --watch") }
    }

    func run(_ arguments: ResourceArguments) throws {
        try Terminal.reporting {
            let form = try view.form()
            let filter = try selection.filter()
            let connection = try global.connect()
            if watch, let target = arguments.targets.first {
                let changes = ResourceEvents(of: target.type, namespace: scope, name: target.names.first)
                return try ResourceWatch(form: form, table: ResourceTable(target.type, tableOptions(form)), filter: filter)
                    .run(connection, changes)
            }
            try show(arguments, form, filter, ResourceQuery(connection: connection, namespace: scope))
        }
    }

    private func show(
        _ arguments: ResourceArguments,
        _ form: OutputForm,
        _ filter: (ResourceItem) -> Bool,
        _ query: ResourceQuery
    ) throws {
        var groups: [(type: ResourceType, items: [ResourceItem])] = []
        var missing: [Fault] = []
        let order = try view.sortBy.map(SortKey.init)
        for target in arguments.targets {
            let (items, faults) = try query.items(target)
            let chosen = items.filter(filter)
            groups.append((target.type, order?.sorted(chosen, by: \.node) ?? chosen))
            if !ignoreNotFound { missing += faults }
        }
        let isOne = arguments.targets.count == 1 && arguments.targets[0].names.count == 1
        // What is not there is told below; nothing is shown in its place.
        if !(isOne && groups[0].items.isEmpty) {
            let printer = ResourcePrinter(form: form, table: tableOptions(form), isOne: isOne)
            try printer.show(groups, isQuiet: !missing.isEmpty)
        }
        guard let first = missing.first else { return }
        for fault in missing.dropFirst() { Terminal.writeError(FaultText.text(of: fault)) }
        throw first
    }

    /// Nil for all namespaces.
    private var scope: String? { allNamespaces ? nil : namespace.namespace }

    private func tableOptions(_ form: OutputForm) -> ResourceTable.Options {
        view.table(form, global, showsNamespace: allNamespaces)
    }
}
