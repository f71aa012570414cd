import AgentAPI
import AgentClient
import ArgumentParser

/// `swiftlet exec`.
struct ExecCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "exec",
        abstract: "Run a command in a pod's container.",
        discussion: """
            Examples:
              swiftlet exec web -- ls -l /
              swiftlet exec -it web -- sh
              swiftlet exec -i web -- tar xf - -C /srv < site.tar
              swiftlet exec web -c sidecar --timeout 5s -- wget -qO- localhost

            The exit status is the command's own; 125 when swiftlet itself failed \
            or the connection broke, 126 when the command cannot be executed, 127 \
            when there is none of this name, 128+n when signal n ended it. When \
            swiftlet ends first, the command is hung up. With --timeout the output \
            is shown when the command has ended.
            """
    )

    @Argument(help: "The pod: NAME or pod/NAME.", completion: Completion.pods)
    var name: String

    @Argument(parsing: .postTerminator, help: "The command and its arguments, after --.")
    var command: [String] = []

    @Option(name: .shortAndLong, help: "The container; may be left out where the pod has only one.", completion: Completion.containers)
    var container: String?

    @Flag(name: [.customShort("i"), .customLong("stdin")], help: "Pass standard input to the command.")
    var takesInput = false

    @Flag(name: [.customShort("t"), .customLong("tty")], help: "Give the command a terminal.")
    var hasTerminal = false

    @Option(help: ArgumentHelp("Kill the command after this long: 90s, 5m.", valueName: "duration"))
    var timeout: HumanDurationArgument?

    @OptionGroup var namespace: NamespaceOptions
    @OptionGroup var global: GlobalOptions

    func validate() throws {
        try ValidationError.checking { _ = try ResourceArguments.name(name, of: .pod) }
        if command.isEmpty {
            throw ValidationError("which command? It stands after --: swiftlet exec \(name) -- CMD [ARG]…")
        }
        if timeout != nil && (takesInput || hasTerminal) {
            throw ValidationError("--timeout goes with neither -i nor -t")
        }
    }

    func run() throws {
        if let timeout { return try collect(within: timeout.duration) }
        let code = try Terminal.reporting(exitStatus: ExecCommand.exitStatus) {
            let terminal = InteractiveStream.terminal(isWanted: hasTerminal)
            var request = PodExecStreamRequest(
                namespace: namespace.namespace,
                name: name,
                container: container,
                command: command
            )
            request.stdin = takesInput
            request.tty = terminal != nil
            request.size = terminal == nil ? nil : RawTerminal.size
            let ticket = try global.connect().call(AgentMethods.podExecStream, request)
            return try InteractiveStream(
                connection: try global.open(ticket),
                takesInput: takesInput,
                terminal: terminal
            ).run()
        }
        throw ExitCode(code)
    }

    /// Runs the command with a time limit and shows what it wrote afterwards.
    private func collect(within limit: Duration) throws {
        let result = try Terminal.reporting(exitStatus: ExecCommand.exitStatus) {
            let request = PodExecRequest(
                namespace: namespace.namespace,
                name: try ResourceArguments.name(name, of: .pod),
                container: container,
                command: command,
                timeoutSeconds: max(1, Int(limit.components.seconds))
            )
            return try global.connect(isUnlimited: true).call(AgentMethods.podExec, request)
        }
        Terminal.write(result.stdoutBytes)
        Terminal.writeError(result.stderrBytes)
        if result.truncated { Terminal.writeError("(the output was longer than the agent keeps; the rest is lost)\n") }
        throw ExitCode(Int32(truncatingIfNeeded: result.exitCode))
    }

    /// As podman has it: 126 for a command that cannot be executed, 125 where it is not the command that failed.
    private static func exitStatus(of fault: Fault) -> Int32 {
        fault.reason == "CommandCannotRun" ? 126 : 125
    }
}
