import AgentAPI
import AgentClient
import ArgumentParser

/// `swiftlet exec`.
struct ExecCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "exec",
        abstract: "Run a command in a pod's container and show what it writes.",
        discussion: """
            The output is shown when the command has ended. The exit status is the \
            command's own; 125 when swiftlet itself failed, 126 when the command \
            cannot be executed, 127 when there is none of this name, 128+n when \
            signal n ended it.

            Examples:
              swiftlet exec web -- ls -l /
              swiftlet exec web -c sidecar --timeout 5s -- wget -qO- localhost
            """
    )

    @Argument(help: "The pod.")
    var name: String

    @Argument(parsing: .postTerminator, help: "The command and its arguments, after --.")
    var command: [String] = []

    @Option(name: .shortAndLong, help: "The container; may be left out where the pod has only one.")
    var container: String?

    @Option(help: ArgumentHelp("Kill the command after this long: 90s, 5m.", valueName: "duration"))
    var timeout: HumanDurationArgument?

    @OptionGroup var namespace: NamespaceOptions
    @OptionGroup var global: GlobalOptions

    func validate() throws {
        if command.isEmpty {
            throw ValidationError("which command? It stands after --: swiftlet exec \(name) -- CMD [ARG]…")
        }
    }

    func run() throws {
        let result = try Terminal.reporting(exitStatus: ExecCommand.exitStatus) {
            let seconds = timeout.map { max(1, Int($0.duration.components.seconds)) }
            let request = PodExecRequest(
                namespace: namespace.namespace,
                name: name,
                container: container,
                command: command,
                timeoutSeconds: seconds
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
