import Glibc
import ImageStore
import Linux
import OCISpec

extension PlatformBuild {
    func carryOut(_ instruction: Instruction) async throws {
        let expand = expander()
        switch instruction.action {
        case .from: preconditionFailure("FROM begins a stage")
        case .argument(let assignments):
            for assignment in assignments { try declare(assignment) }
            note(instruction)
        case .environment(let assignments):
            // All of one line see what was before it.
            for assignment in assignments {
                state.setEnvironment(try expand.expand(assignment.name), try expand.expand(assignment.value ?? ""))
            }
            note(instruction)
        case .label(let assignments):
            var labels = state.execution.labels ?? [:]
            for assignment in assignments {
                labels[try expand.expand(assignment.name)] = try expand.expand(assignment.value ?? "")
            }
            state.execution.labels = labels
            note(instruction)
        case .run(let run): try await self.run(run, instruction)
        case .transfer(let transfer): try await self.transfer(transfer, instruction)
        case .command(let command):
            state.execution.command = words(command)
            state.hasOwnCommand = true
            note(instruction)
        case .entrypoint(let command):
            state.execution.entrypoint = words(command)
            // The base's CMD was meant for the base's ENTRYPOINT.
            if !state.hasOwnCommand { state.execution.command = nil }
            note(instruction)
        case .workingDirectory(let path): try await workingDirectory(try expand.expand(path), instruction)
        case .user(let user):
            state.execution.user = try expand.expand(user)
            note(instruction)
        case .stopSignal(let signal):
            let name = try expand.expand(signal)
            guard StopSignalName.isKnown(name) else { throw BuildError(.invalid, "\"\(name)\" is no signal") }
            state.execution.stopSignal = name
            note(instruction)
        case .maintainer(let name):
            state.configuration.author = name
            note(instruction)
        case .expose(let ports):
            var exposed = state.execution.exposedPorts ?? [:]
            for text in ports {
                for word in try expand.words(text) { for port in try ImagePorts.list(word) { exposed[port] = .init() } }
            }
            state.execution.exposedPorts = exposed
            note(instruction)
        case .volume(let paths):
            var volumes = state.execution.volumes ?? [:]
            for path in paths {
                let path = try expand.expand(path)
                guard !path.isEmpty else { throw BuildError(.invalid, "VOLUME of an empty path") }
                volumes[path] = .init()
            }
            state.execution.volumes = volumes
            note(instruction)
        case .shell(let words):
            state.execution.shell = words
            note(instruction)
        case .health(let health):
            state.execution.healthcheck = healthcheck(health)
            note(instruction)
        case .onBuild(let text):
            state.execution.onBuild = (state.execution.onBuild ?? []) + [text]
            note(instruction)
        }
    }

    private func note(_ instruction: Instruction) { state.note(instruction.text, isEmpty: true) }

    /// A command as an image has it: the shell form goes through the shell.
    private func words(_ command: Instruction.CommandLine) -> [String] {
        switch command {
        case .exec(let words): words
        case .shell(let text): state.shell + [text]
        }
    }

    private func healthcheck(_ health: Instruction.Health) -> ImageConfiguration.Healthcheck {
        var check = ImageConfiguration.Healthcheck(test: ["NONE"])
        switch health.command {
        case nil: break
        case .exec(let words): check.test = ["CMD"] + words
        case .shell(let text): check.test = ["CMD-SHELL", text]
        }
        check.interval = health.interval
        check.timeout = health.timeout
        check.startPeriod = health.startPeriod
        check.startInterval = health.startInterval
        check.retries = health.retries
        return check
    }

    private func workingDirectory(_ path: String, _ instruction: Instruction) async throws {
        guard !path.isEmpty else { throw BuildError(.invalid, "WORKDIR of an empty path") }
        let whole = absolute(path)
        state.execution.workingDirectory = whole
        let parts = whole.split(separator: "/").map { Array($0.utf8) }
        try await apply(
            Step(key: ["workdir", whole], text: instruction.text, position: instruction.position) { folders in
                try await onThread(named: "workdir") {
                    try folders.withTree { root in
                        try TreeWriter.makeFolders(parts, in: root.rawValue, owner: .init(user: 0, group: 0))
                    }
                }
            }
        )
    }

    /// A path seen from the working directory, without `.` and `..`.
    func absolute(_ path: String) -> String {
        let start = path.hasPrefix("/") ? "" : state.execution.workingDirectory ?? "/"
        var parts: [Substring] = []
        for part in "\(start)/\(path)".split(separator: "/") where part != "." {
            if part == ".." { _ = parts.popLast() } else { parts.append(part) }
        }
        return "/" + parts.joined(separator: "/")
    }
}

/// Ports as EXPOSE takes them.
public enum ImagePorts {
    /// `80`, `80/udp`, `8000-8010/tcp` as an image lists them.
    public static func list(_ text: String) throws -> [String] {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
        let ends = parts[0].split(separator: "-", omittingEmptySubsequences: false).map { UInt16($0) }
        let kind = parts.count > 1 ? parts[1].lowercased() : "tcp"
        guard parts.count <= 2, (1...2).contains(ends.count), let first = ends[0], let last = ends[ends.count - 1],
            first <= last,
            first > 0, ["tcp", "udp", "sctp"].contains(kind)
        else { throw BuildError(.invalid, "\"\(text)\" is no port: NUMBER, NUMBER/tcp, NUMBER/udp or a range") }
        return (first...last).map { "\($0)/\(kind)" }
    }
}

/// Signals by their names and numbers.
enum StopSignalName {
    private static let names = Set(
        "HUP INT QUIT ILL TRAP ABRT BUS FPE KILL USR1 SEGV USR2 PIPE ALRM TERM STKFLT CHLD CONT STOP TSTP TTIN TTOU URG XCPU XFSZ VTALRM PROF WINCH IO PWR SYS"
            .split(separator: " ").map(String.init)
    )

    static func isKnown(_ text: String) -> Bool {
        if let number = Int(text) { return (1...64).contains(number) }
        let name = text.uppercased().hasPrefix("SIG") ? String(text.uppercased().dropFirst(3)) : text.uppercased()
        return names.contains(name) || name.hasPrefix("RTMIN") || name.hasPrefix("RTMAX")
    }
}
