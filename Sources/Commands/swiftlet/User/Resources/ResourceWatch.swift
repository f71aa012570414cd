import AgentAPI
import AgentClient

/// `get --watch`: what there is of a type, and every change.
struct ResourceWatch {
    let form: OutputForm
    var table: ResourceTable
    let filter: (ResourceItem) -> Bool
    /// What there is at the start makes one table; later changes are rows under it.
    private var initial: [ResourceItem]? = []

    init(form: OutputForm, table: ResourceTable, filter: @escaping (ResourceItem) -> Bool) {
        self.form = form
        self.table = table
        self.filter = filter
    }

    func run(_ connection: AgentConnection, _ changes: ResourceEvents) throws(Fault) {
        var watch = self
        try changes.read(connection) { (events) throws(Fault) in
            for event in events { watch.show(event, changes.type) }
            return true
        }
    }

    private mutating func show(_ event: ResourceEvent, _ type: ResourceType) {
        if event.type == .bookmark, case .table = form, let items = initial {
            initial = nil
            return Terminal.write(table.render(items, now: .now))
        }
        guard let item = event.item, filter(item) else { return }
        switch form {
        case .table:
            if initial != nil { initial?.append(item) } else { Terminal.write(table.renderMore([item], now: .now)) }
        case .json: Terminal.write(OutputFormat.json.streamed(item.node))
        case .yaml: Terminal.write(OutputFormat.yaml.streamed(item.node))
        case .name: Terminal.write("\(type.rawValue)/\(item.name)\n")
        case .jsonPath(let template): Terminal.write(template.text(for: item.node) + "\n")
        case .columns(let columns):
            var row = TextTable(columns: columns.headings)
            Terminal.write(row.renderWithoutHeadings([columns.cells(for: item.node)]))
        }
    }
}
