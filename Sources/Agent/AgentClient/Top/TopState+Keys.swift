extension TopState {
    /// Takes a key; the action is for whoever has a terminal and an agent.
    public mutating func handle(_ key: TerminalKey) -> TopAction? {
        notice = nil
        // Ends it from anywhere, as everywhere.
        if key == .control("c") { return .quit }
        switch mode {
        case .table: return handleInTable(key)
        case .command(let text): return handleInCommand(key, text)
        case .filter(let text):
            handleInFilter(key, text)
            return nil
        case .help:
            mode = .table
            return nil
        case .text(let text): return handleInText(key, text)
        case .question(_, let action):
            mode = .table
            return key == .character("y") ? action : nil
        }
    }

    private mutating func handleInTable(_ key: TerminalKey) -> TopAction? {
        switch key {
        case .character("q"): return .quit
        case .character("?"), .character("h"): mode = .help
        case .character(":"): mode = .command("")
        case .character("/"): mode = .filter(filter)
        case .character("0"): (namespace, pod) = (nil, nil)
        case .escape: stepBack()
        case .enter: descend()
        case .character("l"): return selected.map { .logs($0.target) }
        case .character("d"): return selected.map { .describe($0.target) }
        case .character("y"): return selected.map { .manifest($0.target) }
        case .character("s"): return selected.map { .shell($0.target) }
        case .control("d"): ask(atOnce: false)
        case .control("k"): ask(atOnce: true)
        case .control("r"): return .refresh
        case .down, .character("j"): move(1)
        case .up, .character("k"): move(-1)
        case .pageDown, .control("f"): move(pageRows)
        case .pageUp, .control("b"): move(-pageRows)
        case .home, .character("g"): move(-rows.count)
        case .end, .character("G"): move(rows.count)
        case .character(let letter):
            guard let chosen = TopSort(rawValue: letter) else { return nil }
            isReversed = sort == chosen ? !isReversed : false
            sort = chosen
        default: break
        }
        return nil
    }

    /// The filter goes first, then the pod that was entered.
    private mutating func stepBack() {
        if !filter.isEmpty {
            filter = ""
        } else if pod != nil {
            chosen = pod.flatMap { pod in namespace.map { TopRow.Target(namespace: $0, pod: pod) } }
            (subject, pod) = (.pods, nil)
        }
    }

    private mutating func descend() {
        guard subject == .pods, let target = selected?.target else { return }
        (subject, namespace, pod, filter, chosen) = (.containers, target.namespace, target.pod, "", nil)
    }

    private mutating func move(_ distance: Int) {
        let rows = rows
        guard let place = place(in: rows) else { return }
        chosen = rows[max(0, min(rows.count - 1, place + distance))].target
    }

    private mutating func ask(atOnce: Bool) {
        guard let target = selected?.target else { return }
        guard atOnce ? abilities.canKill : abilities.canDelete else {
            notice = "this agent offers no way to \(atOnce ? "kill" : "delete") a pod"
            return
        }
        let pod = TopRow.Target(namespace: target.namespace, pod: target.pod)
        mode = .question(
            "\(atOnce ? "Kill" : "Delete") pod \(pod.namespace)/\(pod.pod)? y/n",
            .delete(pod, atOnce: atOnce)
        )
    }

    private mutating func handleInCommand(_ key: TerminalKey, _ text: String) -> TopAction? {
        switch key {
        case .escape: mode = .table
        case .enter:
            mode = .table
            return obey(text)
        case .backspace: mode = text.isEmpty ? .table : .command(String(text.dropLast()))
        case .control("u"): mode = .command("")
        case .character(let letter): mode = .command(text + String(letter))
        default: break
        }
        return nil
    }

    private mutating func obey(_ text: String) -> TopAction? {
        let words = text.split(separator: " ")
        switch words.first {
        case "q"?, "q!"?, "quit"?: return .quit
        case "po"?, "pod"?, "pods"?: (subject, pod) = (.pods, nil)
        case "co"?, "container"?, "containers"?: (subject, pod) = (.containers, nil)
        case "ns"?, "namespace"?: pod = nil
        case "help"?: mode = .help
        case nil: return nil
        default:
            notice = "no command \"\(text)\": pods, containers, ns NAME, help, q"
            return nil
        }
        // `:pods kube-system` as in k9s, and `:ns all`.
        if words.count > 1 { namespace = words[1] == "all" ? nil : String(words[1]) }
        return nil
    }

    private mutating func handleInFilter(_ key: TerminalKey, _ text: String) {
        switch key {
        case .escape: (mode, filter) = (.table, "")
        case .enter: mode = .table
        case .backspace where text.isEmpty: mode = .table
        case .backspace: typeFilter(String(text.dropLast()))
        case .control("u"): typeFilter("")
        case .character(let letter): typeFilter(text + String(letter))
        default: break
        }
    }

    private mutating func typeFilter(_ text: String) { (mode, filter) = (.filter(text), text) }

    private mutating func handleInText(_ key: TerminalKey, _ shown: TopText) -> TopAction? {
        var text = shown
        let (first, last) = (text.first(of: pageRows), max(0, text.lines.count - pageRows))
        switch key {
        case .escape, .character("q"), .left:
            mode = .table
            return nil
        case .down, .character("j"): text.top = first + 1 >= last && shown.top == nil ? nil : min(last, first + 1)
        case .up, .character("k"): text.top = max(0, first - 1)
        case .pageDown, .control("f"), .character(" "): text.top = min(last, first + pageRows)
        case .pageUp, .control("b"): text.top = max(0, first - pageRows)
        case .home, .character("g"): text.top = 0
        case .end, .character("G"): text.top = nil
        default: return nil
        }
        mode = .text(text)
        return nil
    }
}
