import AgentAPI
import AgentClient
import JSONCoding

/// Writes what was asked for, in the form that was asked for.
struct ResourcePrinter {
    let form: OutputForm
    let table: ResourceTable.Options
    /// One was named: it is shown by itself and not in a list.
    let isOne: Bool

    /// - Parameter isQuiet: say nothing of there being none.
    func show(_ groups: [(type: ResourceType, items: [ResourceItem])], isQuiet: Bool) throws(Fault) {
        let items = groups.flatMap(\.items)
        let document = isOne ? items.first?.node ?? .null : OutputFormat.list(items.map(\.node))
        switch form {
        case .json: Terminal.write(OutputFormat.json.document(document))
        case .yaml: Terminal.write(OutputFormat.yaml.document(document))
        case .name:
            for (type, items) in groups { for item in items { Terminal.write("\(type.rawValue)/\(item.name)\n") } }
        case .jsonPath(let template): Terminal.write(template.text(for: document))
        case .columns(let columns):
            var text = TextTable(columns: columns.headings)
            let rows = items.map { columns.cells(for: $0.node) }
            Terminal.write(table.showsHeadings ? text.render(rows) : text.renderWithoutHeadings(rows))
        case .table: showTables(groups.filter { !$0.items.isEmpty })
        }
        guard items.isEmpty, !isQuiet else { return }
        for (type, _) in groups { Terminal.writeError("No \(type.plural) found.\n") }
    }

    private func showTables(_ groups: [(type: ResourceType, items: [ResourceItem])]) {
        for (index, group) in groups.enumerated() {
            if index > 0 { Terminal.write("\n") }
            var table = ResourceTable(group.type, table)
            Terminal.write(table.render(group.items, now: .now))
        }
    }
}
