import AgentAPI
import AgentClient
import ArgumentParser

/// `swiftlet diff`.
struct DiffCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "diff",
        abstract: "Say what manifest files would do to what runs; do nothing.",
        discussion: """
            For each pod: nothing, metadata only, resize in place, restart of a \
            container, recreate with the field that forces it, new, removed. Workloads \
            are told by their fields, ConfigMaps and Secrets by their keys and never \
            their values, with the pods that use them. Exit \
            status 0 where nothing would change, 1 where something would, more \
            where that cannot be said.

            Examples:
              swiftlet diff manifests/web.yaml
              swiftlet diff --prune manifests/*.yaml   as if these were all
            """
    )

    @Argument(help: "Manifest files, YAML or JSON, or folders of them; - for standard input.")
    var files: [String] = []

    @Option(
        name: [.short, .customLong("filename")],
        help: ArgumentHelp("The same, as kubectl has it; may be repeated.", valueName: "file"),
        completion: .file(extensions: ["yaml", "yml", "json"])
    )
    var named: [String] = []

    @Flag(help: "Take these files for all that there would be: other pods would be removed.")
    var prune = false

    @OptionGroup var format: OutputOptions
    @OptionGroup var global: GlobalOptions

    func validate() throws {
        if files.isEmpty && named.isEmpty { throw ValidationError("Missing expected argument '<files> ...'") }
    }

    func run() throws {
        // 1 means a difference, as with diff(1) and kubectl diff.
        let diff = try Terminal.reporting(exitStatus: { max(2, $0.code.exitStatus) }) {
            let request = PodDiffRequest(manifests: try ManifestInput.read(files + named), prune: prune ? true : nil)
            return try global.connect().call(AgentMethods.manifestDiff, request)
        }
        switch format.output {
        case .json?, .yaml?: Terminal.write(format.output?.document(try OutputFormat.node(diff)) ?? [])
        case .name?:
            for pod in diff.pods where pod.action != .none { Terminal.write("pod/\(pod.name)\n") }
            for plan in diff.objects where plan.action != .none { Terminal.write("\(AppliedText.name(plan.object))\n") }
        case nil, .wide?: Terminal.write(ManifestDiffText.text(of: diff))
        }
        for problem in diff.problems { Terminal.writeError(problem.text + "\n") }
        if !diff.problems.isEmpty { throw ExitCode(2) }
        if !diff.isEmpty { throw ExitCode(1) }
    }
}
