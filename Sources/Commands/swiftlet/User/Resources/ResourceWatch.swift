import AgentAPI
import AgentClient

/// `get pods --watch`: the pods there are, and every change.
struct ResourceWatch {
    let form: OutputForm
    var table: ResourceTable
    let filter: (ResourceItem) -> Bool
    /// The pods there are at the start make one table; later ones are rows under it.
    private var initial: [ResourceItem]? = []

    init(form: OutputForm, table: ResourceTable, filter: @escaping (ResourceItem) -> Bool) {
        self.form = form
        self.table = table
        self.filter = filter
    }

    func run(_ connection: AgentConnection, _ request: PodWatchRequest) throws(Fault) {
        var watch = self
        var failure: Fault?
        try connection.subscribe(AgentMethods.podWatch, request, of: PodWatchEvent.self) { batch in
            for event in batch.events {
                do throws(Fault) { try watch.show(event) } catch {
                    failure = error
                    return false
                }
            }
            return true
        }
        if let failure { throw failure }
    }

    private mutating func show(_ event: PodWatchEvent) throws(Fault) {
        if event.type == .bookmark, case .table = form, let items = initial {
            initial = nil
            return Terminal.write(table.render(items, now: .now))
        }
        guard let pod = event.pod else { return }
        let item = try ResourceItem(.pod(pod))
        guard filter(item) else { return }
        switch form {
        case .table:
            if initial != nil { initial?.append(item) } else { Terminal.write(table.renderMore([item], now: .now)) }
        case .json: Terminal.write(OutputFormat.json.streamed(item.node))
        case .yaml: Terminal.write(OutputFormat.yaml.streamed(item.node))
        case .name: Terminal.write("pod/\(item.name)\n")
        case .jsonPath(let template): Terminal.write(template.text(for: item.node) + "\n")
        case .columns(let columns):
            var row = TextTable(columns: columns.headings)
            Terminal.write(row.renderWithoutHeadings([columns.cells(for: item.node)]))
        }
    }
}
