import AgentAPI
import AgentClient
import ArgumentParser
import Glibc
import Linux
import PodEngine

/// `swiftlet diff`.
struct DiffCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "diff",
        abstract: "Say what manifest files would do to the pods that run; do nothing.",
        discussion: """
            For each pod: nothing, metadata only, resize in place, restart of a \
            container, recreate with the field that forces it, new, removed. Exit \
            status 0 where nothing would change, 1 where something would, more \
            where that cannot be said.

            Examples:
              swiftlet diff manifests/web.yaml
              swiftlet diff --prune manifests/*.yaml   as if these were all
            """
    )

    @Argument(help: "Manifest files, YAML or JSON; - for standard input.")
    var files: [String]

    @Flag(help: "Take these files for all that there would be: other pods would be removed.")
    var prune = false

    @OptionGroup var format: OutputOptions
    @OptionGroup var global: GlobalOptions

    func run() throws {
        // 1 means a difference, as with diff(1) and kubectl diff.
        let diff = try Terminal.reporting(exitStatus: { max(2, $0.code.exitStatus) }) {
            let request = PodDiffRequest(manifests: try manifests(), prune: prune ? true : nil)
            return try global.connect().call(AgentMethods.podDiff, request)
        }
        switch format.output {
        case .json?, .yaml?: Terminal.write(format.output?.document(try OutputFormat.node(diff)) ?? [])
        case .name?:
            for pod in diff.pods where pod.action != .none { Terminal.write("pod/\(pod.name)\n") }
        case nil, .wide?: Terminal.write(PodDiffText.text(of: diff))
        }
        for problem in diff.problems { Terminal.writeError(problem.text + "\n") }
        if !diff.problems.isEmpty { throw ExitCode(2) }
        if diff.pods.contains(where: { $0.action != .none }) { throw ExitCode(1) }
    }

    private func manifests() throws(Fault) -> [PodDiffRequest.Manifest] {
        var manifests: [PodDiffRequest.Manifest] = []
        for file in files {
            do throws(SystemError) {
                let bytes = file == "-" ? try CheckCommand.standardInput() : try FileSystem.read(
                    file,
                    limit: Int(ManifestFile.sizeLimit)
                )
                manifests.append(.init(file: file, text: String(decoding: bytes, as: UTF8.self)))
            } catch {
                throw Fault(.invalid, "\(file): \(error.message)")
            }
        }
        return manifests
    }
}
