import AgentAPI
import AgentClient
import ArgumentParser

/// `swiftlet apply`.
struct ApplyCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "apply",
        abstract: "Put objects into the agent's folder of manifests, or change them there.",
        discussion: """
            All objects or none: where one is wrong, nothing is changed. An object that \
            a file of the folder has is replaced in that file, everything else in it \
            stays byte for byte; a new one gets a file of its own, \
            <namespace>_<name>.<kind>.yaml. What stands in a list, or in a symlink, is a \
            conflict (exit status 4): such a file is edited by hand.

            Examples:
              swiftlet apply -f web.yaml
              swiftlet apply -f manifests/ -n shop
              kubectl create deployment web --image nginx --dry-run=client -o yaml | swiftlet apply -f -
              swiftlet apply -f web.yaml --dry-run server
            """
    )

    enum DryRun: String, ExpressibleByArgument, CaseIterable {
        case none, client, server
    }

    @Option(
        name: [.short, .customLong("filename")],
        help: ArgumentHelp("A manifest, a folder of them, or - for standard input; may be repeated.", valueName: "file"),
        completion: .file(extensions: ["yaml", "yml", "json"])
    )
    var files: [String]

    @Option(
        name: .shortAndLong,
        help: ArgumentHelp("The namespace of objects that name none.", valueName: "namespace"),
        completion: Completion.namespaces
    )
    var namespace: String?

    @Option(help: "Only check (client), or have the agent say what it would do (server).")
    var dryRun = DryRun.none

    @OptionGroup var format: OutputOptions
    @OptionGroup var global: GlobalOptions

    func run() throws {
        try Terminal.reporting {
            let manifests = try ManifestInput.read(files)
            if dryRun == .client { return try check(manifests) }
            let request = ApplyRequest(manifests: manifests, namespace: namespace, dryRun: dryRun == .server ? true : nil)
            let result: ApplyResult
            do throws(Fault) { result = try global.connect().call(AgentMethods.podApply, request) } catch {
                throw ManifestInput.tell(error)
            }
            for warning in result.warnings { Terminal.writeError(warning.text + "\n") }
            try AppliedText(format: format.output, suffix: dryRun == .server ? " (server dry run)" : "").write(result.items, result)
        }
    }

    private func check(_ manifests: [PodDiffRequest.Manifest]) throws(Fault) {
        var hasErrors = false
        for manifest in manifests {
            let findings = ManifestFindings.findings(in: Array(manifest.text.utf8), file: manifest.file)
            for notice in findings.notices { Terminal.writeError(notice.text + "\n") }
            hasErrors = hasErrors || findings.notices.contains { $0.severity == .error }
            for object in findings.objects where !hasErrors {
                Terminal.write("\(object.kind.rawValue.lowercased())/\(object.name) checked (client dry run)\n")
            }
        }
        if hasErrors { throw Fault(.invalid, "the manifests have errors", reason: "ManifestInvalid") }
    }
}

/// What was done with objects: a line each, or as `-o` says.
struct AppliedText {
    let format: OutputFormat?
    let suffix: String

    func write(_ items: [AppliedObject], _ result: some Encodable) throws(Fault) {
        switch format {
        case .json?, .yaml?: Terminal.write(format?.document(try OutputFormat.node(result)) ?? [])
        case .name?: for item in items { Terminal.write("\(Self.name(item.object))\n") }
        case nil, .wide?:
            for item in items {
                let file = format == .wide ? " in \(item.file)" : ""
                Terminal.write("\(Self.name(item.object)) \(item.change.rawValue)\(file)\(suffix)\n")
            }
        }
    }

    static func name(_ object: ObjectReference) -> String { "\(object.kind.lowercased())/\(object.name)" }
}
