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
              swiftlet exec web -- sh -c 'echo hello'
              swiftlet check manifests/*.yaml          validate, run nothing
              swiftlet diff manifests/web.yaml         what a changed file would do

            Environment:
              SWIFTLET_HOST    unix:///run/swiftlet/swiftlet.sock
              SWIFTLET_CONFIG  the agent's configuration file; /dev/null for none
              SWIFTLET_…       each of its keys: see "swiftlet config default"
              NO_COLOR         honoured: output is not coloured anyway

            Exit status:
              0 done      1 failed         2 usage    3 not found   4 conflict
              5 no agent  6 denied         7 timeout  8 unhealthy (health)
              exec: the command's own; 125 swiftlet failed, 126 not executable,
              127 not found, 128+n ended by signal n
            """,
        version: VersionInfo.current.version,
        subcommands: [],
        groupedSubcommands: [
            CommandGroup(
                name: "Pods",
                subcommands: [
                    GetCommand.self, DescribeCommand.self, LogsCommand.self, ExecCommand.self, CheckCommand.self,
                    DiffCommand.self,
                ]
            ),
            CommandGroup(name: "Images", subcommands: [ImagesCommand.self, PullCommand.self, LoadCommand.self]),
            CommandGroup(
                name: "Agent",
                subcommands: [
                    AgentCommand.self, ResetCommand.self, ConfigCommand.self, InfoCommand.self, HealthCommand.self, VersionCommand.self,
                ]
            ),
        ]
    )

    /// ArgumentParser ends a wrong command line with 64; users of this field expect 2.
    static func main() async {
        do {
            var command = try parseAsRoot()
            if var command = command as? any AsyncParsableCommand {
                try await command.run()
            } else {
                try command.run()
            }
        } catch {
            guard exitCode(for: error) == .validationFailure else { exit(withError: error) }
            Terminal.writeError(fullMessage(for: error) + "\n")
            Glibc.exit(2)
        }
    }
}
