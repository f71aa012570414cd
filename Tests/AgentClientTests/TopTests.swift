import AgentAPI
import AgentClient
import Linux
import Testing
import UsageSpec

/// The live table without a terminal: keys in, lines out.
@Suite struct TopTests {
    private static func pod(_ name: String, _ nanocores: Int64, _ memory: Int64, namespace: String = "default") -> PodStats {
        var usage = GroupUsage()
        usage.cpu = .init(usageNanoseconds: nanocores)
        usage.cpu?.nanocores = nanocores
        usage.memory = .init(usageBytes: memory, workingSetBytes: memory)
        var pod = PodStats(namespace: namespace, name: name, uid: name, time: "2026-11-27T00:00:00Z")
        pod.usage = usage
        pod.startedAt = "2026-11-27T00:00:00Z"
        pod.containers = ["main", "side"].map { .init(name: $0, id: "\(name)_\($0)", image: "i", restarts: 1, usage: usage) }
        return pod
    }

    private static func state(canDelete: Bool = true) -> TopState {
        var state = TopState(.pods, namespace: nil, abilities: .init(canDelete: canDelete, canKill: false))
        state.take(TopFigures(pods: [
            pod("web", 500_000_000, 10 << 20), pod("db", 900_000_000, 5 << 20), pod("dns", 1_000_000, 90 << 20, namespace: "kube-system"),
        ]))
        return state
    }

    private func names(_ state: TopState) -> [String] { state.rows.map(\.target.pod) }

    private func lines(_ state: TopState, width: Int = 120, height: Int = 30) -> [TopPicture.Line] {
        let now = Timestamp(rfc3339: "2026-11-27T00:05:00Z") ?? .now
        return TopPicture(state, width: width, height: height, now: now).lines
    }

    private func type(_ text: String, into state: inout TopState) {
        for letter in text { _ = state.handle(.character(letter)) }
    }

    @Test func sorting() {
        var state = Self.state()
        #expect(names(state) == ["db", "web", "dns"])
        type("M", into: &state)
        #expect(names(state) == ["dns", "web", "db"])
        type("M", into: &state)
        #expect(names(state) == ["db", "web", "dns"])
        type("N", into: &state)
        #expect(names(state) == ["db", "dns", "web"])
        type("P", into: &state)
        #expect(names(state) == ["db", "web", "dns"])
        #expect(lines(state)[3].text.contains("NAMESPACEv"))
    }

    @Test func theChosenRowStaysChosen() {
        var state = Self.state()
        _ = state.handle(.down)
        #expect(state.selected?.target.pod == "web")
        type("M", into: &state)
        #expect(state.selected?.target.pod == "web" && state.selection == 1)
        // It goes, and what stands in its place is chosen.
        state.take(TopFigures(pods: [Self.pod("db", 1, 1), Self.pod("dns", 2, 2)]))
        #expect(state.selection == 1)
        state.take(TopFigures())
        #expect(state.selection == nil && state.selected == nil)
        #expect(state.handle(.character("l")) == nil)
    }

    @Test func filtering() {
        var state = Self.state()
        type("/D", into: &state)
        #expect(state.mode == .filter("D"))
        #expect(names(state) == ["db", "web", "dns"], "the namespace default has a d too")
        type("b", into: &state)
        #expect(names(state) == ["db"])
        _ = state.handle(.enter)
        #expect(state.mode == .table && state.filter == "Db")
        _ = state.handle(.escape)
        #expect(names(state).count == 3)
    }

    @Test func commands() {
        var state = Self.state()
        type(":ns kube-system", into: &state)
        #expect(state.handle(.enter) == nil)
        #expect(names(state) == ["dns"])
        type("0", into: &state)
        #expect(names(state).count == 3)
        type(":containers", into: &state)
        _ = state.handle(.enter)
        #expect(state.subject == .containers && state.rows.count == 6)
        type(":fly", into: &state)
        _ = state.handle(.enter)
        #expect(state.notice?.contains("fly") == true)
        type(":q", into: &state)
        #expect(state.handle(.enter) == .quit)
        #expect(state.handle(.character("q")) == .quit)
    }

    @Test func intoAPodAndBack() {
        var state = Self.state()
        _ = state.handle(.enter)
        #expect(state.subject == .containers && state.rows.map(\.target.container) == ["main", "side"])
        #expect(state.handle(.character("s")) == .shell(.init(namespace: "default", pod: "db", container: "main")))
        _ = state.handle(.escape)
        #expect(state.subject == .pods && state.selected?.target.pod == "db")
    }

    @Test func nothingIsDeletedWithoutAQuestion() {
        var state = Self.state()
        let target = TopRow.Target(namespace: "default", pod: "db")
        #expect(state.handle(.control("d")) == nil)
        #expect(lines(state).last?.text == "Delete pod default/db? y/n")
        #expect(state.handle(.character("n")) == nil)
        #expect(state.mode == .table)
        _ = state.handle(.control("d"))
        #expect(state.handle(.character("y")) == .delete(target, atOnce: false))
        #expect(state.handle(.control("k")) == nil)
        #expect(state.notice?.contains("no way to kill") == true)
        var other = Self.state(canDelete: false)
        #expect(other.handle(.control("d")) == nil && other.mode == .table)
    }

    @Test func texts() {
        var state = Self.state()
        let target = TopRow.Target(namespace: "default", pod: "db")
        #expect(state.handle(.character("l")) == .logs(target))
        state.pageRows = 10
        state.show(TopText(title: "logs", lines: (1...100).map { "line \($0) \u{1B}[2J" }, source: .logs(target), top: nil))
        let shown = lines(state, height: 15).map(\.text)
        // The end, and nothing that steers the terminal.
        #expect(shown.contains("line 100  [2J") && !shown.contains { $0.contains("\u{1B}") })
        _ = state.handle(.character("g"))
        #expect(lines(state, height: 15).map(\.text).contains("line 1  [2J"))
        _ = state.handle(.escape)
        #expect(state.mode == .table)
    }

    @Test func thePictureFits() {
        var state = Self.state()
        for (width, height) in [(120, 30), (20, 6), (1, 1), (0, 0)] {
            let lines = lines(state, width: width, height: height)
            #expect(lines.count == max(1, height))
            #expect(lines.allSatisfy { $0.text.count <= width })
        }
        let chosen = lines(state).filter { $0.style == .chosen }
        #expect(chosen.count == 1 && chosen[0].text.hasPrefix("> default"))
        _ = state.handle(.character("?"))
        #expect(lines(state).contains { $0.text.contains("ctrl-d") })
        #expect(!lines(Self.state(canDelete: false)).contains { $0.text.contains("ctrl-d") })
    }
}

@Suite struct TerminalKeyTests {
    private func keys(_ bytes: [UInt8], _ decoder: inout TerminalKeyDecoder, isComplete: Bool = false) -> [TerminalKey] {
        decoder.decode(bytes, isComplete: isComplete)
    }

    @Test func keys() {
        var decoder = TerminalKeyDecoder()
        #expect(keys(Array("aZ?".utf8), &decoder) == [.character("a"), .character("Z"), .character("?")])
        #expect(keys([0x04, 0x0B, 0x0D, 0x7F, 0x09], &decoder) == [.control("d"), .control("k"), .enter, .backspace, .tab])
        #expect(keys(Array("\u{1B}[A\u{1B}OB\u{1B}[5~\u{1B}[1;5C\u{1B}[H".utf8), &decoder) == [.up, .down, .pageUp, .right, .home])
        #expect(keys(Array("ä€".utf8), &decoder) == [.character("ä"), .character("€")])
    }

    @Test func keysThatComeInPieces() {
        var decoder = TerminalKeyDecoder()
        #expect(keys([0x1B], &decoder).isEmpty && decoder.isWaiting)
        #expect(keys([0x5B], &decoder).isEmpty)
        #expect(keys([0x42], &decoder) == [.down] && !decoder.isWaiting)
        #expect(keys([0xE2, 0x82], &decoder).isEmpty)
        #expect(keys([0xAC], &decoder) == [.character("€")])
    }

    @Test func anEscapeOnItsOwn() {
        var decoder = TerminalKeyDecoder()
        #expect(keys([0x1B], &decoder).isEmpty)
        #expect(keys([], &decoder, isComplete: true) == [.escape])
        #expect(keys([0x1B, 0x71], &decoder) == [.escape, .character("q")])
        // What means nothing here is left out, broken UTF-8 too.
        #expect(keys(Array("\u{1B}[99~x".utf8) + [0xFF, 0x61], &decoder) == [.character("x"), .character("a")])
    }
}
