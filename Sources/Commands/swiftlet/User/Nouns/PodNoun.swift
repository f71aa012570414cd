import AgentClient
import ArgumentParser

/// `swiftlet pod`: the same commands, with the noun first.
struct PodNoun: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "pod",
        abstract: "The commands for pods, with the noun first: pod list is get pods.",
        subcommands: [
            List.self, Describe.self, Delete.self, ApplyCommand.self, DiffCommand.self, LogsCommand.self, ExecCommand.self,
            WaitCommand.self,
        ],
        aliases: ["pods"]
    )

    struct List: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "list",
            abstract: "Show pods: the same as get pods.",
            aliases: ["ls", "get"]
        )

        @Argument(help: "Only these pods.", completion: Completion.pods)
        var names: [String] = []

        @OptionGroup var options: GetOptions

        func validate() throws {
            try options.check(try ValidationError.checking { try ResourceArguments(names, of: .pod) })
        }

        func run() throws { try options.run(try ResourceArguments(names, of: .pod)) }
    }

    struct Describe: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "describe",
            abstract: "Show all about pods: the same as describe pods.",
            aliases: ["inspect"]
        )

        @Argument(help: "The pods; all where none is named.", completion: Completion.pods)
        var names: [String] = []

        @OptionGroup var options: DescribeOptions

        func validate() throws { try ValidationError.checking { _ = try ResourceArguments(names, of: .pod) } }

        func run() throws { try options.run(try ResourceArguments(names, of: .pod)) }
    }

    struct Delete: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "delete",
            abstract: "Delete pods: the same as delete pods.",
            aliases: ["rm"]
        )

        @Argument(help: "The pods.", completion: Completion.pods)
        var names: [String] = []

        @OptionGroup var options: DeleteOptions

        func validate() throws {
            try options.check(try ValidationError.checking { try ResourceArguments(names, of: .pod) })
        }

        func run() throws { try options.run(try ResourceArguments(names, of: .pod)) }
    }
}
