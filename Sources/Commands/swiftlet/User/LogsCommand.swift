import AgentAPI
import AgentClient
import ArgumentParser
import Linux

/// `swiftlet logs`.
struct LogsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "logs",
        abstract: "Show what a pod's container wrote.",
        discussion: """
            What it wrote to standard error goes to standard error.

            Examples:
              swiftlet logs web
              swiftlet logs web -c sidecar -f
              swiftlet logs web -p           the run before the last restart
              swiftlet logs web --tail 20 --since 5m
            """
    )

    @Argument(help: "The pod: NAME or pod/NAME.", completion: Completion.pods)
    var name: String

    @Option(name: .shortAndLong, help: "The container; may be left out where the pod has only one.", completion: Completion.containers)
    var container: String?

    @Flag(name: .shortAndLong, help: "Go on until the container has ended.")
    var follow = false

    @Flag(name: .shortAndLong, help: "The run before the last restart.")
    var previous = false

    @Option(help: ArgumentHelp("Only so many lines from the end.", valueName: "lines"))
    var tail: Int?

    @Option(help: ArgumentHelp("Only what is newer than this: 90s, 5m, 1h30m.", valueName: "duration"))
    var since: HumanDurationArgument?

    @Option(help: ArgumentHelp("Only what is newer than this RFC 3339 time.", valueName: "time"))
    var sinceTime: String?

    @Flag(help: "Show when each line was written.")
    var timestamps = false

    @Option(help: ArgumentHelp("Stop after so many bytes.", valueName: "bytes"))
    var limitBytes: Int?

    @OptionGroup var namespace: NamespaceOptions
    @OptionGroup var global: GlobalOptions

    func validate() throws {
        try ValidationError.checking { _ = try ResourceArguments.name(name, of: .pod) }
        if since != nil && sinceTime != nil { throw ValidationError("give --since or --since-time, not both") }
        // kubectl's `--tail -1` means all lines.
        if let tail, tail < -1 { throw ValidationError("--tail takes a number from 0, or -1 for all") }
    }

    func run() throws {
        try Terminal.reporting {
            let connection = try global.connect()
            try connection.subscribe(AgentMethods.podLogs, request, of: LogLine.self) { batch in
                for line in batch.events { show(line) }
                return true
            }
        }
    }

    private var podName: String { (try? ResourceArguments.name(name, of: .pod)) ?? name }  // checked before

    private var request: PodLogsRequest {
        var request = PodLogsRequest(namespace: namespace.namespace, name: podName, container: container)
        request.follow = follow
        request.stream = true
        request.previous = previous
        request.timestamps = timestamps
        request.limitBytes = limitBytes
        request.tailLines = tail.flatMap { $0 < 0 ? nil : $0 }
        request.sinceTime = sinceTime ?? since.map { Timestamp.now.advanced(by: .zero - $0.duration).description }
        return request
    }

    private func show(_ line: LogLine) {
        var bytes = line.bytes
        if timestamps, let time = line.time { bytes = Array("\(time) ".utf8) + bytes }
        // The next piece of a line that is too long follows on the same line.
        if line.partial != true { bytes.append(UInt8(ascii: "\n")) }
        switch line.stream {
        case .stdout: Terminal.write(bytes)
        case .stderr: Terminal.writeError(bytes)
        }
    }
}
