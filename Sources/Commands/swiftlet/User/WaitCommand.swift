import AgentAPI
import AgentClient
import ArgumentParser
import Linux

/// `swiftlet wait`.
struct WaitCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "wait",
        abstract: "Wait until pods are as asked.",
        discussion: """
            Follows the agent's events; exit status 7 where the time is over. A pod that \
            is not there is waited for with create and delete only.

            Examples:
              swiftlet wait --for=condition=Ready pod/web --timeout 60s
              swiftlet wait --for=condition=Ready=False pod/web
              swiftlet wait --for=jsonpath='{.status.phase}'=Succeeded pod/job
              swiftlet wait --for=delete pod/web pod/db
              swiftlet wait --for=condition=Ready pods -l app=web
            """
    )

    @Argument(help: "pod/NAME…, or pods with --all or -l.", completion: Completion.resources)
    var what: [String]

    @Option(
        name: .customLong("for"),
        help: ArgumentHelp("condition=TYPE[=STATUS], jsonpath='{PATH}'[=VALUE], create or delete.", valueName: "condition")
    )
    var condition: String

    @Option(help: ArgumentHelp("When to give up; 0s to look once.", valueName: "duration"))
    var timeout: HumanDurationArgument = HumanDurationArgument(duration: .seconds(30))

    @Flag(help: "All pods of the namespace.")
    var all = false

    @OptionGroup var namespace: NamespaceOptions
    @OptionGroup var selection: SelectionOptions
    @OptionGroup var global: GlobalOptions

    func validate() throws {
        let arguments = try ValidationError.checking {
            _ = try WaitCondition(condition)
            return try ResourceArguments(what)
        }
        guard arguments.targets.map(\.type) == [.pod] else { throw ValidationError("only pods can be waited for") }
        let isOpen = all || selection.isGiven
        if arguments.targets[0].names.isEmpty != isOpen { throw ValidationError("give names, or one of --all and -l") }
    }

    func run() throws {
        try Terminal.reporting {
            let waiting = PodWaiting(
                condition: try WaitCondition(condition),
                names: try ResourceArguments(what).targets[0].names,
                filter: try selection.filter()
            )
            let deadline = Monotonic.now.advanced(by: timeout.duration)
            try waiting.run(try global.connect(), namespace: namespace.namespace, until: deadline, isOneLook: timeout.duration == .zero)
        }
    }
}
