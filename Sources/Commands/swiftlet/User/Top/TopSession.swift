import AgentAPI
import AgentClient
import ArgumentParser
import Glibc
import JSONCoding
import Linux
import YAMLCoding

/// `swiftlet top` at a terminal: keys, figures once a second, and what the keys ask for.
final class TopSession {
    private let connection: AgentConnection
    private let endpoint: Endpoint
    private var state: TopState
    private var decoder = TerminalKeyDecoder()
    private var nextLook = Monotonic.now

    init(connection: AgentConnection, endpoint: Endpoint, _ subject: TopCommand.Subject, namespace: String?) {
        self.connection = connection
        self.endpoint = endpoint
        let delete = AgentMethods.all.first { $0.name == "pod.delete" }
        state = TopState(
            subject == .containers ? .containers : .pods,
            namespace: namespace,
            abilities: TopState.Abilities(
                canDelete: delete != nil,
                canKill: delete?.schemas.parameters.properties.contains { $0.name == "gracePeriodSeconds" } ?? false
            )
        )
    }

    /// Returns when the user ends it; throws where the agent does, with the terminal as it was.
    func run() throws {
        let screen = try TerminalScreen()
        defer { screen.close() }
        while true {
            if Monotonic.now >= nextLook {
                try look()
                nextLook = Monotonic.now.advanced(by: .seconds(1))
            }
            let size = screen.size
            state.pageRows = TopPicture.pageRows(of: size.height)
            screen.draw(TopPicture(state, width: size.width, height: size.height, now: .now))
            for key in try keys(screen) {
                guard let action = state.handle(key) else { continue }
                if action == .quit { return }
                try carryOut(action, screen)
            }
        }
    }

    /// Waits for keys, for signals, or until it is time for figures.
    private func keys(_ screen: TerminalScreen) throws -> [TerminalKey] {
        var waiting = [
            pollfd(fd: STDIN_FILENO, events: Int16(POLLIN), revents: 0),
            pollfd(fd: screen.wakeups.rawValue, events: Int16(POLLIN), revents: 0),
        ]
        let left = max(.zero, nextLook.since(.now)) / .milliseconds(1)
        // An escape on its own is followed by nothing for as long as a terminal takes to send a sequence.
        let patience = decoder.isWaiting ? 50 : Int32(left.rounded(.up))
        let count = poll(&waiting, 2, patience)
        if waiting[1].revents != 0, count > 0 { try takeSignals(screen) }
        guard count > 0, waiting[0].revents != 0 else { return decoder.decode([], isComplete: true) }
        var buffer = [UInt8](repeating: 0, count: 256)
        let length = read(STDIN_FILENO, &buffer, buffer.count)
        if length > 0 { return decoder.decode(Array(buffer[..<length]), isComplete: false) }
        // The terminal has gone.
        if length == 0 || errno != EINTR { throw ExitCode(1) }
        return []
    }

    private func takeSignals(_ screen: TerminalScreen) throws {
        var numbers = [UInt8](repeating: 0, count: 64)
        let length = read(screen.wakeups.rawValue, &numbers, numbers.count)
        guard length > 0 else { return }
        for number in numbers[..<length] {
            guard Int32(number) == SIGWINCH else { throw ExitCode(128 + Int32(number)) }
            screen.forget()
        }
    }

    private func look() throws(Fault) {
        let pods = try connection.call(AgentMethods.podStats, PodStatsRequest())
        var figures = TopFigures(pods: pods.items)
        do throws(Fault) { figures.node = try connection.call(AgentMethods.systemStats) } catch {
            // The pods are told without it.
            guard error.code == .unavailable else { throw error }
        }
        state.take(figures)
        // Logs grow while they are looked at.
        if case .text(let text) = state.mode, case .logs = text.source { tell { try show(text.source) } }
    }

    private func carryOut(_ action: TopAction, _ screen: TerminalScreen) throws {
        switch action {
        case .quit: break
        case .refresh: nextLook = .now
        case .logs, .describe, .manifest: tell { try show(action) }
        case .shell(let target): try shell(target, screen)
        case .delete(let target, let atOnce): tell { try delete(target, atOnce: atOnce) }
        }
    }

    /// A fault that is about one pod is told in the last line; the table goes on.
    private func tell(_ work: () throws -> Void) {
        do { try work() } catch let fault as Fault { state.notice = fault.message } catch { state.notice = "\(error)" }
    }

    private func show(_ action: TopAction) throws {
        switch action {
        case .logs(let target):
            var request = PodLogsRequest(namespace: target.namespace, name: target.pod, container: target.container)
            request.tailLines = 1000
            let logs = try connection.call(AgentMethods.podLogs, request)
            let lines = (logs.lines ?? []).map { String(decoding: $0.bytes, as: UTF8.self) }
            state.show(TopText(title: "logs of \(name(target))", lines: lines, source: action, top: nil))
        case .describe(let target):
            let detail = try connection.call(AgentMethods.podGet, PodGetRequest(namespace: target.namespace, name: target.pod))
            let lines = Self.lines(PodDescription.text(of: detail, now: .now))
            state.show(TopText(title: "describe \(name(target))", lines: lines, source: action))
        case .manifest(let target):
            let detail = try connection.call(AgentMethods.podGet, PodGetRequest(namespace: target.namespace, name: target.pod))
            let text = String(decoding: YAML.serialize(try OutputFormat.node(detail.pod)), as: UTF8.self)
            state.show(TopText(title: "yaml of \(name(target))", lines: Self.lines(text), source: action))
        case .quit, .refresh, .shell, .delete: break
        }
    }

    private static func lines(_ text: String) -> [String] {
        text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    }

    private func name(_ target: TopRow.Target) -> String {
        "\(target.namespace)/\(target.pod)" + (target.container.map { "/\($0)" } ?? "")
    }

    private func delete(_ target: TopRow.Target, atOnce: Bool) throws {
        var request = DeleteRequest(objects: [ObjectReference(kind: "Pod", namespace: target.namespace, name: target.pod)])
        if atOnce { request.gracePeriodSeconds = 0 }
        _ = try connection.call(AgentMethods.podDelete, request)
        state.notice = "pod \(name(target)) is being removed"
    }

    /// Gives the terminal to `swiftlet exec`, and takes it back afterwards.
    private func shell(_ target: TopRow.Target, _ screen: TerminalScreen) throws {
        screen.close()
        var arguments = ["exec", "-i", "-t", "-H", "\(endpoint)", "-n", target.namespace, target.pod]
        if let container = target.container { arguments += ["-c", container] }
        tell {
            let child = try ChildProcess(executable: "/proc/self/exe", arguments: arguments + ["--", "sh"])
                .spawn([0: STDIN_FILENO, 1: STDOUT_FILENO, 2: STDERR_FILENO])
            let status = try child.wait()
            if let status, status != .exited(0) { state.notice = "the shell ended: \(status)" }
        }
        try screen.open()
        nextLook = .now
    }
}
