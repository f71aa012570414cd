import AgentAPI
import AgentClient
import ArgumentParser

/// `swiftlet attach`.
struct AttachCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "attach",
        abstract: "Join the streams of a container's own process.",
        discussion: """
            Examples:
              swiftlet attach web
              swiftlet attach -i web -c shell     type to it; ctrl-d ends its input
              swiftlet attach -it web -c shell    leave it with ctrl-p ctrl-q

            What it wrote before is not shown: see "swiftlet logs". Leaving does \
            not end the container, except that one with `stdinOnce: true` finds \
            the end of its input. The exit status is 0 when the container has \
            ended or was left, 125 when the connection broke.
            """
    )

    @Argument(help: "The pod.")
    var name: String

    @Option(name: .shortAndLong, help: "The container; may be left out where the pod has only one.")
    var container: String?

    @Flag(name: [.customShort("i"), .customLong("stdin")], help: "Pass standard input to it.")
    var takesInput = false

    @Flag(name: [.customShort("t"), .customLong("tty")], help: "Its standard input is a terminal: so is ours.")
    var hasTerminal = false

    @OptionGroup var namespace: NamespaceOptions
    @OptionGroup var global: GlobalOptions

    func run() throws {
        let code = try Terminal.reporting(exitStatus: { _ in 125 }) {
            let request = PodAttachRequest(
                namespace: namespace.namespace,
                name: name,
                container: container,
                stdin: takesInput
            )
            let ticket = try global.connect().call(AgentMethods.podAttach, request)
            let connection = try global.open(ticket)
            let terminal = InteractiveStream.terminal(isWanted: hasTerminal)
            return try InteractiveStream(
                connection: connection,
                takesInput: takesInput,
                terminal: terminal,
                detachKeys: terminal == nil ? nil : DetachKeys()
            ).run()
        }
        throw ExitCode(code)
    }
}
