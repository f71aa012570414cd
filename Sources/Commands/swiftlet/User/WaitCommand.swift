import AgentAPI
import AgentClient
import ArgumentParser
import Linux

/// `swiftlet wait`.
struct WaitCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "wait",
        abstract: "Wait until pods, what makes them, or anything else is as asked.",
        discussion: """
            Follows the agent's events; exit status 7 where the time is over. What \
            is not there is waited for with create and delete only. Several types are \
            waited for one after the other, within one time.

            Examples:
              swiftlet wait --for=condition=Ready pod/web --timeout 60s
              swiftlet wait --for=condition=Ready=False pod/web
              swiftlet wait --for=jsonpath='{.status.phase}'=Succeeded pod/job
              swiftlet wait --for=delete pod/web pod/db
              swiftlet wait --for=condition=Ready pods -l app=web
              swiftlet wait --for=condition=Available deployment/shop
              swiftlet wait --for=condition=Complete job/backup --timeout 10m
              swiftlet wait --for=delete deployment/shop configmap/shop
            """
    )

    @Argument(help: "TYPE/NAME…, or a type with --all or -l.", completion: Completion.resources)
    var what: [String]

    @Option(
        name: .customLong("for"),
        help: ArgumentHelp("condition=TYPE[=STATUS], jsonpath='{PATH}'[=VALUE], create or delete.", valueName: "condition")
    )
    var condition: String

    @Option(help: ArgumentHelp("When to give up; 0s to look once.", valueName: "duration"))
    var timeout: HumanDurationArgument = HumanDurationArgument(duration: .seconds(30))

    @Flag(help: "All of the type in the namespace.")
    var all = false

    @OptionGroup var namespace: NamespaceOptions
    @OptionGroup var selection: SelectionOptions
    @OptionGroup var global: GlobalOptions

    func validate() throws {
        let arguments = try ValidationError.checking {
            _ = try WaitCondition(condition)
            return try ResourceArguments(what)
        }
        let isOpen = all || selection.isGiven
        if arguments.targets.contains(where: { $0.names.isEmpty != isOpen }) {
            throw ValidationError("give names, or one of --all and -l")
        }
    }

    func run() throws {
        try Terminal.reporting {
            let deadline = Monotonic.now.advanced(by: timeout.duration)
            for target in try ResourceArguments(what).targets {
                let waiting = ResourceWaiting(
                    type: target.type,
                    condition: try WaitCondition(condition),
                    names: target.names,
                    filter: try selection.filter()
                )
                let isOneLook = timeout.duration == .zero
                try waiting.run(try global.connect(), namespace: namespace.namespace, until: deadline, isOneLook: isOneLook)
            }
        }
    }
}
