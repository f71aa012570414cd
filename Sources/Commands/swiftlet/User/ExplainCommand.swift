import ArgumentParser

/// `swiftlet explain`.
struct ExplainCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "explain",
        abstract: "Say what a field of a manifest is for and whether it is served.",
        discussion: """
            Needs no agent. The same as "swiftlet check --explain".

            Examples:
              swiftlet explain pod.spec.containers.livenessProbe
              swiftlet explain deployment --recursive
              swiftlet explain kinds
            """
    )

    @Argument(help: "The field: pod.spec.containers.image; kinds lists the kinds.")
    var field: String

    @Flag(help: "All fields below, a line each, separated by tabs.")
    var recursive = false

    func run() throws { try FieldExplanation(field, recursive: recursive).write() }
}
