import AgentAPI
import Linux
import PodSpec

/// The table of any type of things.
public struct ResourceTable: Sendable {
    /// What is shown of them.
    public struct Options: Sendable {
        public var isWide = false
        public var showsNamespace = false
        public var showsLabels = false
        public var showsHeadings = true
        public var isColourful = false

        public init() {}
    }

    private let options: Options
    private let row: @Sendable (ResourceItem, Timestamp) -> [String]
    private var table: TextTable

    public init(_ type: ResourceType, _ options: Options) {
        self.options = options
        let (columns, row) = Self.shape(of: type, options)
        self.row = row
        table = TextTable(columns: columns + (options.showsLabels ? ["LABELS"] : []))
        if options.isColourful { table.style = StatusColour.dress }
    }

    public mutating func render(_ items: [ResourceItem], now: Timestamp) -> String {
        let rows = items.map { cells(of: $0, now: now) }
        return options.showsHeadings ? table.render(rows) : table.renderWithoutHeadings(rows)
    }

    /// Further rows of a watch.
    public mutating func renderMore(_ items: [ResourceItem], now: Timestamp) -> String {
        table.renderMore(items.map { cells(of: $0, now: now) })
    }

    private func cells(of item: ResourceItem, now: Timestamp) -> [String] {
        guard options.showsLabels else { return row(item, now) }
        let labels = item.labels.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
        return row(item, now) + [labels.isEmpty ? "<none>" : labels.joined(separator: ",")]
    }

    private typealias Row = @Sendable (ResourceItem, Timestamp) -> [String]

    private static func shape(of type: ResourceType, _ options: Options) -> ([String], Row) {
        let showsNamespace = options.showsNamespace
        if let kind = type.workload {
            let table = WorkloadTable(kind, showsNamespace: showsNamespace)
            return (table.columns, { item, now in if case .workload(let value) = item.payload { table.row(value, now: now) } else { [] } })
        }
        if let kind = type.data {
            let table = ObjectTable(kind, showsNamespace: showsNamespace)
            return (table.columns, { item, _ in if case .data(let value) = item.payload { table.row(value) } else { [] } })
        }
        switch type {
        case .image:
            let table = ImageTable(isWide: options.isWide)
            return (table.columns, { item, now in if case .image(let value) = item.payload { table.row(value, now: now) } else { [] } })
        case .network:
            let table = NetworkTable(isWide: options.isWide)
            return (table.columns, { item, _ in if case .network(let value) = item.payload { table.row(value) } else { [] } })
        default:
            let table = PodTable(isWide: options.isWide, showsNamespace: showsNamespace)
            return (table.columns, { item, now in if case .pod(let value) = item.payload { table.row(value, now: now) } else { [] } })
        }
    }
}
