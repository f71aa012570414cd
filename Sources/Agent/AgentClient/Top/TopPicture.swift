import AgentAPI
import Linux
import UsageSpec

/// The lines of the screen for a state: pure text with a style for each line.
public struct TopPicture: Sendable, Hashable {
    public enum Style: Sendable, Hashable {
        case plain, heading, chosen, faint, alarm
    }

    public struct Line: Sendable, Hashable {
        public var text: String
        public var style: Style

        public init(_ text: String, _ style: Style = .plain) {
            self.text = text
            self.style = style
        }
    }

    public private(set) var lines: [Line] = []

    /// How many rows of a table or a text fit on so many lines.
    public static func pageRows(of height: Int) -> Int { max(1, height - 5) }

    /// - Parameters:
    ///   - width: columns; no line is longer.
    ///   - height: lines; there are exactly so many.
    public init(_ state: TopState, width: Int, height: Int, now: Timestamp) {
        addHeader(state)
        let page = Self.pageRows(of: height)
        switch state.mode {
        case .help: addHelp(state)
        case .text(let text): add(text, page)
        default: addTable(state, page, now)
        }
        while lines.count < height - 1 { lines.append(Line("")) }
        lines = Array(lines.prefix(max(0, height - 1)))
        lines.append(footer(state))
        for index in lines.indices { lines[index].text = Self.fitted(lines[index].text, width) }
    }

    private mutating func addHeader(_ state: TopState) {
        let node = state.figures.node
        let (cpu, memory) = (node?.usage.cpu, node?.usage.memory)
        lines.append(Line("swiftlet top  \(node?.hostname ?? "")", .heading))
        lines.append(
            Line(
                "CPU \(Self.bar(cpu?.nanocores, node?.capacityNanocores)) \(UsageText.percent(cpu?.nanocores, of: node?.capacityNanocores))"
                    + "  MEM \(Self.bar(memory?.workingSetBytes, memory?.limitBytes)) "
                    + "\(UsageText.memory(memory?.workingSetBytes))/\(UsageText.memory(memory?.limitBytes))"
                    + "  load \(node?.load.map { "\($0)" }.joined(separator: " ") ?? "-")"
            )
        )
    }

    /// `[####------]`.
    static func bar(_ used: Int64?, _ all: Int64?) -> String {
        guard let used, let all, all > 0 else { return "[----------]" }
        let full = max(0, min(10, Int((Double(used) / Double(all) * 10).rounded())))
        return "[" + String(repeating: "#", count: full) + String(repeating: "-", count: 10 - full) + "]"
    }

    private mutating func addTable(_ state: TopState, _ page: Int, _ now: Timestamp) {
        let rows = state.rows
        var place = "\(state.subject.rawValue)(\(state.namespace ?? "all"))[\(rows.count)]"
        if let pod = state.pod { place += " of \(pod)" }
        if !state.filter.isEmpty { place += " </\(state.filter)>" }
        lines.append(Line(place, .heading))
        var table = TextTable(columns: Self.columns(state))
        let text = table.render(rows.map { Self.cells($0, state.subject, now) }).split(separator: "\n")
        lines.append(Line("  " + (text.first ?? ""), .faint))
        let selection = state.selection ?? 0
        let first = max(0, min(selection - page / 2, rows.count - page))
        for (index, line) in text.dropFirst().enumerated().dropFirst(first).prefix(page) {
            // The mark too: colours and styles may be off.
            lines.append(Line((index == selection ? "> " : "  ") + line, index == selection ? .chosen : .plain))
        }
        if rows.isEmpty { lines.append(Line("  nothing runs here", .faint)) }
    }

    private static func columns(_ state: TopState) -> [String] {
        let head: [(String, TopSort?)] = [
            ("NAMESPACE", .namespace), (state.subject == .pods ? "NAME" : "POD", state.subject == .pods ? .name : nil),
        ]
        let container: [(String, TopSort?)] = state.subject == .containers ? [("NAME", .name)] : []
        let figures: [(String, TopSort?)] = [
            ("CPU", .cpu), ("MEM", .memory), ("%LIMIT", nil), ("PIDS", .processes), ("RESTARTS", .restarts),
        ]
        let network: [(String, TopSort?)] = state.subject == .pods ? [("RX", nil), ("TX", nil)] : []
        return (head + container + figures + network + [("AGE", .age)]).map { name, sort in
            sort == state.sort ? name + (state.isReversed ? "^" : "v") : name
        }
    }

    private static func cells(_ row: TopRow, _ subject: TopState.Subject, _ now: Timestamp) -> [String] {
        let names = [row.target.namespace, row.target.pod] + (subject == .containers ? [row.target.container ?? ""] : [])
        let figures = [
            UsageText.cpu(row.nanocores), UsageText.memory(row.memoryBytes),
            UsageText.percent(row.memoryBytes, of: row.memoryLimit), row.processes.map { "\($0)" } ?? "-", "\(row.restarts)",
        ]
        let network = subject == .pods
            ? [row.receivedBytes.map(HumanBytes.text) ?? "-", row.transmittedBytes.map(HumanBytes.text) ?? "-"] : []
        return names + figures + network + [HumanDuration.age(of: row.startedAt, now: now)]
    }

    private mutating func add(_ text: TopText, _ page: Int) {
        let first = text.first(of: page)
        lines.append(Line("\(text.title)  \(first + 1)-\(min(text.lines.count, first + page))/\(text.lines.count)", .heading))
        lines += text.lines.dropFirst(first).prefix(page).map { Line(Self.printable($0)) }
    }

    private mutating func addHelp(_ state: TopState) {
        lines.append(Line("Keys", .heading))
        var keys = [
            ("j k up down", "choose a row"), ("g G pgup pgdn", "first, last, by pages"), ("enter", "containers of a pod"),
            ("l", "logs"), ("d", "describe"), ("y", "manifest as YAML"), ("s", "shell in the container"),
        ]
        if state.abilities.canDelete { keys.append(("ctrl-d", "delete the pod, after a question")) }
        if state.abilities.canKill { keys.append(("ctrl-k", "kill the pod, after a question")) }
        keys += [
            ("/", "filter"), (":", "pods, containers, ns NAME, q"), ("0", "all namespaces"),
            ("shift-N P C M T R A", "sort by name, namespace, cpu, memory, pids, restarts, age"),
            ("esc", "back"), ("?", "this help"), ("q", "end"),
        ]
        for (key, meaning) in keys {
            lines.append(Line("  " + key + String(repeating: " ", count: max(1, 22 - key.count)) + meaning))
        }
    }

    private func footer(_ state: TopState) -> Line {
        if let notice = state.notice { return Line(Self.printable(notice), .alarm) }
        switch state.mode {
        case .command(let text): return Line(":" + text, .heading)
        case .filter(let text): return Line("/" + text, .heading)
        case .question(let question, _): return Line(question, .alarm)
        case .text: return Line("<esc> back  <g/G> begin/end", .faint)
        case .help: return Line("<any key> back", .faint)
        case .table: return Line("<?> help  </> filter  <:> command  <l> logs  <s> shell  <d> describe  <y> yaml  <q> quit", .faint)
        }
    }

    /// Text of containers and registries is not to steer the terminal.
    static func printable(_ text: String) -> String {
        var shown = ""
        for scalar in text.unicodeScalars {
            if scalar == "\t" {
                shown += "    "
            } else if scalar.value < 0x20 || (0x7F..<0xA0).contains(scalar.value) {
                shown.unicodeScalars.append(" ")
            } else {
                shown.unicodeScalars.append(scalar)
            }
        }
        return shown
    }

    private static func fitted(_ text: String, _ width: Int) -> String { String(text.prefix(max(0, width))) }
}
