import AgentAPI
import ArgumentParser
import Glibc

/// `swiftlet`: the agent and every user command.
@main
struct SwiftletCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "swiftlet",
        abstract: "Runs Kubernetes pods on one Linux machine without Kubernetes.",
        discussion: """
            Examples:
              swiftlet agent --manifests ./manifests   run the agent
              swiftlet get pods -o wide                pods, addresses, images
              swiftlet logs web -f                     follow what a pod writes
              swiftlet exec -it web -- sh              a shell in a container
              swiftlet port-forward web 8080:80
              swiftlet cp web:/etc/hosts .
              swiftlet build -t app:1 .                an image from a Containerfile
              swiftlet check manifests/*.yaml          validate, run nothing
              swiftlet diff manifests/web.yaml         what a changed file would do
              swiftlet apply -f web.yaml               put it into the agent's folder
              swiftlet delete pod/web                  and take it out again
              swiftlet wait --for=condition=Ready pod/web

            Environment:
              SWIFTLET_HOST    unix:///run/swiftlet/swiftlet.sock
              SWIFTLET_CONFIG  the agent's configuration file; /dev/null for none
              SWIFTLET_…       each of its keys: see "swiftlet config default"
              NO_COLOR         no colours; CLICOLOR_FORCE=1 for colours everywhere

            Exit status:
              0 done      1 failed         2 usage    3 not found   4 conflict
              5 no agent  6 denied         7 timeout  8 unhealthy (health)
              diff: 0 the same, 1 something would change, more for failures
              exec: the command's own; 125 swiftlet failed, 126 not executable,
              127 not found, 128+n ended by signal n
            """,
        version: VersionInfo.current.version,
        subcommands: [],
        groupedSubcommands: [
            CommandGroup(
                name: "Pods",
                subcommands: [
                    GetCommand.self, DescribeCommand.self, LogsCommand.self, ExecCommand.self, AttachCommand.self,
                    PortForwardCommand.self, CopyCommand.self, CheckCommand.self, DiffCommand.self, ApplyCommand.self,
                    DeleteCommand.self, WaitCommand.self, ExplainCommand.self, EventsCommand.self, TopCommand.self, PodNoun.self,
                ]
            ),
            CommandGroup(
                name: "Images and networks",
                subcommands: [
                    ImageNoun.self, NetworkNoun.self, ImagesCommand.self, PullCommand.self, PushCommand.self, LoadCommand.self,
                    LoginCommand.self, LogoutCommand.self, BuildCommand.self, BuilderNoun.self,
                ]
            ),
            CommandGroup(
                name: "Agent",
                subcommands: [
                    AgentCommand.self, ResetCommand.self, ConfigCommand.self, InfoCommand.self, HealthCommand.self, VersionCommand.self,
                    SystemNoun.self, ApiCommand.self,
                ]
            ),
        ]
    )

    /// The command that is named first is read on its own: to look at all of them takes longer than most have to do. What is not
    /// understood that way is said with all of them in view.
    private nonisolated static func parse() throws -> sending any ParsableCommand {
        let arguments = CommandLine.arguments.dropFirst()
        let commands = configuration.groupedSubcommands.lazy.flatMap(\.subcommands)
        if let named = commands.first(where: { $0.configuration.commandName == arguments.first }),
            named.configuration.subcommands.isEmpty, let command = try? named.parseAsRoot(Array(arguments.dropFirst()))
        {
            return command
        }
        return try parseAsRoot()
    }

    /// ArgumentParser ends a wrong command line with 64; users of this field expect 2.
    static func main() async {
        do {
            var command = try parse()
            if var command = command as? any AsyncParsableCommand {
                try await command.run()
            } else {
                try command.run()
            }
        } catch let code as ExitCode {
            // Nothing to be said: ArgumentParser would put the whole usage together first.
            Glibc.exit(code.rawValue)
        } catch {
            guard exitCode(for: error) == .validationFailure else { exit(withError: error) }
            Terminal.writeError(fullMessage(for: error) + "\n")
            Glibc.exit(2)
        }
    }
}
