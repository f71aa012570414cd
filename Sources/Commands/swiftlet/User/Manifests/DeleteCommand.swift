import AgentAPI
import AgentClient
import ArgumentParser
import ManifestEditing
import PodEngine

/// `swiftlet delete`.
struct DeleteCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "delete",
        abstract: "Take objects out of the agent's folder of manifests, and wait until they are gone.",
        discussion: """
            The document is removed from its file, the file with its last one. Pods of \
            Deployments and the like go with their owner only. --now and --force shorten \
            the grace period; even with --force the agent sees containers end before \
            their pod is gone: nothing is left running behind its back.

            Examples:
              swiftlet delete pod web
              swiftlet delete pod/web deploy/shop -n shop --wait=false
              swiftlet delete -f web.yaml --ignore-not-found
              swiftlet delete pods -l app=web
              swiftlet delete pods --all --grace-period 5
            """
    )

    @Argument(help: "TYPE[,TYPE…] [NAME…], or TYPE/NAME….", completion: Completion.resources)
    var what: [String] = []

    @Option(
        name: [.short, .customLong("filename")],
        help: ArgumentHelp("The objects of a manifest, a folder of them, or - for standard input.", valueName: "file"),
        completion: .file(extensions: ["yaml", "yml", "json"])
    )
    var files: [String] = []

    @OptionGroup var options: DeleteOptions

    func validate() throws {
        if files.isEmpty {
            try options.check(try ValidationError.checking { try ResourceArguments(what) })
        } else if !what.isEmpty || options.all || options.selection.isGiven {
            throw ValidationError("-f goes without types, names, selectors and --all")
        }
    }

    func run() throws {
        guard !files.isEmpty else { return try options.run(try ResourceArguments(what)) }
        try Terminal.reporting {
            var objects: [ObjectReference] = []
            for manifest in try ManifestInput.read(files) {
                let bytes = Array(manifest.text.utf8)
                let notices = ManifestFindings.findings(in: bytes, file: manifest.file).notices.filter { $0.severity == .error }
                if let first = notices.first {
                    for notice in notices { Terminal.writeError(notice.text + "\n") }
                    throw Fault(.invalid, "\(manifest.file): \(first.message)", reason: "ManifestInvalid")
                }
                for document in NewDocument.documents(in: bytes, file: manifest.file, namespace: options.namespace) {
                    let name = document.name
                    objects.append(ObjectReference(kind: name.kind.rawValue, namespace: name.namespace, name: name.name))
                }
            }
            try options.delete(objects)
        }
    }
}
