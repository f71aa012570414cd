import AgentAPI

/// All that the live table shows and remembers, as a value: keys and figures in, actions out. No terminal, no agent.
public struct TopState: Sendable {
    public enum Subject: String, Sendable, Hashable {
        case pods, containers
    }

    /// What keys mean at the moment.
    public enum Mode: Sendable, Hashable {
        case table
        /// After `:` and `/`, with what has been typed.
        case command(String)
        case filter(String)
        case help
        /// A text, from which `esc` leads back.
        case text(TopText)
        /// A question before something that cannot be undone.
        case question(String, TopAction)
    }

    /// What can be done beyond looking.
    public struct Abilities: Sendable, Hashable {
        public var canDelete: Bool
        /// Whether a pod may be ended without its grace period.
        public var canKill: Bool

        public init(canDelete: Bool, canKill: Bool) {
            self.canDelete = canDelete
            self.canKill = canKill
        }
    }

    public internal(set) var subject: Subject
    /// Nil for all.
    public internal(set) var namespace: String?
    public internal(set) var pod: String?
    public internal(set) var filter = ""
    public internal(set) var mode = Mode.table
    public internal(set) var sort = TopSort.cpu
    public internal(set) var isReversed = false
    /// What is said in the last line until the next key.
    public var notice: String?
    public internal(set) var figures = TopFigures()
    public let abilities: Abilities
    /// Which row is chosen: it stays chosen when the order changes.
    var chosen: TopRow.Target?
    /// Rows of a page; the terminal says.
    public var pageRows = 20

    public init(_ subject: Subject, namespace: String?, abilities: Abilities) {
        self.subject = subject
        self.namespace = namespace
        self.abilities = abilities
    }

    /// The rows as they are shown.
    public var rows: [TopRow] {
        let all =
            switch subject {
            case .pods: figures.pods.filter { $0.usage != nil }.map { TopRow($0) }
            case .containers: figures.pods.flatMap { pod in pod.containers.map { TopRow($0, of: pod) } }
            }
        let wanted = filter.lowercased()
        let found = all.filter { row in
            (namespace == nil || row.target.namespace == namespace) && (pod == nil || row.target.pod == pod)
                && (wanted.isEmpty
                    || "\(row.target.namespace)/\(row.target.pod)/\(row.target.container ?? "")".lowercased().contains(wanted))
        }.sorted { sort.precedes($0, $1) }
        return isReversed ? found.reversed() : found
    }

    /// The chosen row's place; nil where there are no rows.
    public var selection: Int? { place(in: rows) }

    func place(in rows: [TopRow]) -> Int? {
        if rows.isEmpty { return nil }
        return rows.firstIndex { $0.target == chosen } ?? 0
    }

    public var selected: TopRow? {
        let rows = rows
        return place(in: rows).map { rows[$0] }
    }

    /// Takes new figures. A row that has gone gives its place to the one that stands there now.
    public mutating func take(_ figures: TopFigures) {
        let place = selection
        self.figures = figures
        let rows = rows
        if chosen == nil || !rows.contains(where: { $0.target == chosen }) {
            chosen = place.flatMap { rows.isEmpty ? nil : rows[min($0, rows.count - 1)].target }
        }
    }

    /// Shows a text; the same one anew where it is shown already.
    public mutating func show(_ text: TopText) {
        var text = text
        if case .text(let shown) = mode, shown.source == text.source { text.top = shown.top }
        mode = .text(text)
    }
}

/// What was measured last.
public struct TopFigures: Sendable, Hashable {
    public var node: NodeStats?
    public var pods: [PodStats]

    public init(node: NodeStats? = nil, pods: [PodStats] = []) {
        self.node = node
        self.pods = pods
    }
}

/// A text of many lines, and how far it is scrolled.
public struct TopText: Sendable, Hashable {
    public var title: String
    public var lines: [String]
    /// What it was asked for by.
    public var source: TopAction
    /// The first line shown; nil for the end, as it grows.
    public var top: Int?

    public init(title: String, lines: [String], source: TopAction, top: Int? = 0) {
        self.title = title
        self.lines = lines
        self.source = source
        self.top = top
    }

    /// The place of the first line on a page of so many.
    public func first(of page: Int) -> Int {
        let last = max(0, lines.count - page)
        return min(top ?? last, last)
    }
}

/// What is to be done outside of the table.
public enum TopAction: Sendable, Hashable {
    case quit
    case refresh
    case logs(TopRow.Target)
    case describe(TopRow.Target)
    case manifest(TopRow.Target)
    case shell(TopRow.Target)
    case delete(TopRow.Target, atOnce: Bool)
}
