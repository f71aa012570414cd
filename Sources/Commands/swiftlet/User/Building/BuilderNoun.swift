import AgentClient
import ArgumentParser
import Builder
import Glibc

/// `swiftlet builder`: images step by step. A noun, as `image` and `network` are: what its verbs work on are working containers,
/// which are none of the agent's.
struct BuilderNoun: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "builder",
        abstract: "Make images step by step, in working containers.",
        discussion: """
            Examples:
              c=$(swiftlet builder from debian:12)
              swiftlet builder run $c -- apt-get update
              swiftlet builder copy $c app /usr/bin/app
              swiftlet builder config $c --entrypoint '["/usr/bin/app"]' --port 80
              swiftlet builder commit $c app:1
              swiftlet builder rm $c
            """,
        subcommands: [
            From.self, Run.self, Copy.self, Add.self, Config.self, MountVerb.self, Unmount.self, Commit.self,
            Containers.self,
            Inspect.self, Remove.self, Prune.self,
        ]
    )

    /// What every verb takes.
    struct Options: ParsableArguments {
        @OptionGroup var configuration: ConfigurationOptions
        @Option(
            help: ArgumentHelp("The folder of swiftlet-runtime, where it is not beside swiftlet.", valueName: "dir")
        )
        var helpers: String?

        func run<Result: Sendable>(_ body: (ImageBuilder) async throws -> Result) async throws -> Result {
            try await BuilderSession.run(configuration, helpers: helpers, body)
        }
    }

    struct From: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "from",
            abstract: "Begin a working container with an image; prints its name."
        )

        @Argument(help: "The image, or scratch.")
        var image: String
        @Option(help: ArgumentHelp("A name for the container.", valueName: "name"))
        var name: String?
        @Option(help: "When the image is asked for at its registry.")
        var pull = BuildBehaviourOptions.Pulling.missing
        @OptionGroup var options: Options

        func run() async throws {
            let made = try await options.run { builder in
                try await builder.makeContainer(
                    from: image,
                    named: name,
                    pulling: .init(rawValue: pull.rawValue) ?? .missing
                )
            }
            Terminal.write("\(made)\n")
        }
    }

    struct Run: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "run",
            abstract: "Run a program in a working container; ends with its exit status."
        )

        @Argument(help: "The container.")
        var container: String
        @Argument(parsing: .postTerminator, help: "The program and its arguments, behind --.")
        var command: [String]
        @Option(name: .shortAndLong, help: ArgumentHelp("Run as this user instead of the image's.", valueName: "user"))
        var user: String?
        @Option(help: ArgumentHelp("The folder to run in.", valueName: "dir"))
        var workingdir: String?
        @Option(name: .shortAndLong, help: ArgumentHelp("A variable for this run only.", valueName: "name=value"))
        var env: [String] = []
        @Option(
            name: .shortAndLong,
            help: ArgumentHelp("A folder or file of the host.", valueName: "source:target[:ro]")
        )
        var volume: [String] = []
        @Option(help: "Its network.")
        var network = BuildBehaviourOptions.Network.host
        @OptionGroup var options: Options

        func run() async throws {
            var wanted = ImageBuilder.ContainerRun(command)
            wanted.user = user
            wanted.workingDirectory = workingdir
            wanted.environment = env
            wanted.volumes = volume
            wanted.network = network.rawValue
            let prepared = wanted
            let status = try await options.run { try await $0.run(prepared, in: container) }
            if status != 0 { throw ExitCode(status) }
        }
    }

    struct CopyArguments: ParsableArguments {
        @Argument(help: "The container.")
        var container: String
        @Argument(help: "What is copied, and where to; a destination for several ends with /.")
        var paths: [String]
        @Option(help: ArgumentHelp("The owner of what is copied.", valueName: "user[:group]"))
        var chown: String?
        @Option(help: ArgumentHelp("Its mode, in octal digits.", valueName: "mode"))
        var chmod: String?
        @OptionGroup var options: Options

        func validate() throws {
            if paths.count < 2 { throw ValidationError("a source and a destination are needed") }
        }

        func run(adds: Bool) async throws {
            var copy = ImageBuilder.ContainerCopy(Array(paths.dropLast()), to: paths[paths.count - 1])
            copy.owner = chown
            copy.mode = chmod
            copy.adds = adds
            let prepared = copy
            try await options.run { try await $0.copy(prepared, into: container) }
        }
    }

    struct Copy: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "copy",
            abstract: "Copy files and what is in folders into a working container."
        )
        @OptionGroup var arguments: CopyArguments
        func run() async throws { try await arguments.run(adds: false) }
    }

    struct Add: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "add",
            abstract: "Copy, fetch URLs, and unpack archives into a working container."
        )
        @OptionGroup var arguments: CopyArguments
        func run() async throws { try await arguments.run(adds: true) }
    }

    struct MountVerb: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "mount",
            abstract: "Mount a working container's root; prints where."
        )
        @Argument(help: "The container.")
        var container: String
        @OptionGroup var options: Options

        func run() async throws { Terminal.write(try await options.run { try await $0.mount(container) } + "\n") }
    }

    struct Unmount: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "umount",
            abstract: "Take a working container's mount away.",
            aliases: ["unmount"]
        )
        @Argument(help: "The container.")
        var container: String
        @OptionGroup var options: Options

        func run() async throws {
            if try await !options.run({ try await $0.unmount(container) }) {
                Terminal.writeError("\(container) was not mounted\n")
            }
        }
    }

    struct Commit: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "commit",
            abstract: "Make an image of a working container; prints its digest."
        )
        @Argument(help: "The container.")
        var container: String
        @Argument(help: "Names for the image.")
        var images: [String] = []
        @Flag(help: "Remove the container afterwards.")
        var rm = false
        @Option(help: "How the new layer is compressed.")
        var compression = BuildBehaviourOptions.Compression.gzip
        @Option(help: "The media types of the image.")
        var format = BuildBehaviourOptions.Format.oci
        @Option(
            help: ArgumentHelp(
                "The time of the image and of its new files, in seconds since 1970.",
                valueName: "seconds"
            )
        )
        var timestamp: Int64?
        @OptionGroup var options: Options

        func run() async throws {
            var commit = ImageBuilder.ContainerCommit(names: images)
            // The words are the same.
            commit.behaviour.compression = .init(rawValue: compression.rawValue) ?? .gzip
            commit.behaviour.format = .init(rawValue: format.rawValue) ?? .oci
            commit.behaviour.clock = try Terminal.reportingBuild { try BuildClock.of(timestamp) }
            let prepared = commit
            let result = try await options.run { builder in
                let result = try await builder.commit(container, prepared)
                if rm { try await builder.removeContainer(container) }
                return result
            }
            Terminal.write("\(result.digest)\n")
        }
    }

    struct Containers: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "containers",
            abstract: "Show the working containers.",
            aliases: ["ls", "list"]
        )
        @Flag(name: .shortAndLong, help: "Names only.")
        var quiet = false
        @OptionGroup var options: Options

        func run() async throws {
            let containers = try await options.run { try $0.containers() }
            if quiet { return Terminal.write(containers.map { "\($0.name)\n" }.joined()) }
            var table = TextTable(columns: ["NAME", "IMAGE", "STEPS", "CREATED"])
            Terminal.write(table.render(containers.map { [$0.name, $0.image, "\($0.steps.count)", $0.created] }))
        }
    }

    struct Remove: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "rm",
            abstract: "Remove working containers.",
            aliases: ["delete"]
        )
        @Argument(help: "The containers.")
        var containers: [String] = []
        @Flag(name: .shortAndLong, help: "All of them.")
        var all = false
        @OptionGroup var options: Options

        func validate() throws {
            if containers.isEmpty != all { throw ValidationError("containers, or --all") }
        }

        func run() async throws {
            try await options.run { builder in
                for name in all ? try builder.containers().map(\.name) : containers {
                    try await builder.removeContainer(name)
                }
            }
        }
    }

    struct Prune: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "prune",
            abstract: "Forget what steps of builds made.",
            discussion: "Their layers go with the store's next collection: swiftlet image prune."
        )
        @Option(help: ArgumentHelp("Only what was not used for so long: 24h.", valueName: "duration"))
        var unusedFor = HumanDurationArgument(duration: .zero)
        @OptionGroup var options: Options

        func run() async throws {
            let seconds = unusedFor.duration.components.seconds
            let count = try await options.run { try await $0.prune(unusedFor: seconds) }
            Terminal.writeError("\(count) steps forgotten\n")
        }
    }
}
