import AgentAPI
import AgentClient
import ArgumentParser
import Glibc
import Linux
import PodEngine
import PodSpec

/// `swiftlet check`.
struct CheckCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check",
        abstract: "Validate manifest files without running them.",
        discussion: """
            Needs no agent. Each finding is a line: \
            FILE:LINE:COLUMN: error|warning: PLACE: MESSAGE. Exit status 1 where \
            there are errors; warnings are about fields that Kubernetes knows and \
            that are not served yet.

            Examples:
              swiftlet check manifests/web.yaml
              kubectl get pod web -o yaml | swiftlet check -
              swiftlet check --explain pod.spec.containers.livenessProbe
            """
    )

    @Argument(help: "Manifest files, YAML or JSON; - for standard input.")
    var files: [String] = []

    @Option(help: ArgumentHelp("Say what a field is for and whether it is served; kinds lists the kinds.", valueName: "field"))
    var explain: String?

    @Flag(help: "With --explain: all fields below, a line each, separated by tabs.")
    var recursive = false

    @Flag(name: .shortAndLong, help: "Say nothing about good files.")
    var quiet = false

    func validate() throws {
        switch explain {
        case nil where files.isEmpty: throw ValidationError("Missing expected argument '<files> ...'")
        case _? where !files.isEmpty: throw ValidationError("--explain goes without files")
        case nil where recursive: throw ValidationError("--recursive goes with --explain")
        default: break
        }
    }

    func run() throws {
        if let explain { return try FieldExplanation(explain, recursive: recursive).write() }
        var hasErrors = false
        for file in files {
            let findings = CheckCommand.findings(in: file)
            for finding in findings.notices { Terminal.write(finding.text + "\n") }
            let errors = findings.notices.count { $0.severity == .error }
            hasErrors = hasErrors || errors > 0
            if errors == 0 && !quiet {
                let objects = findings.objects.map { $0.kind == .pod ? "\($0.namespace)/\($0.name)" : "\($0)" }
                let list = objects.isEmpty ? "no objects" : objects.joined(separator: ", ")
                Terminal.writeError("\(file): good: \(list)\n")
            }
        }
        if hasErrors { throw ExitCode(1) }
    }

    private static func findings(in file: String) -> (objects: [ObjectName], notices: [ManifestNotice]) {
        let bytes: [UInt8]
        do throws(SystemError) {
            bytes = file == "-" ? try standardInput() : try FileSystem.read(file, limit: Int(ManifestFile.sizeLimit))
        } catch {
            let message = error.errno == EFBIG ? "larger than \(ManifestFile.sizeLimit) bytes" : error.message
            return ([], [ManifestNotice(file: file, message: message)])
        }
        return ManifestFindings.findings(in: bytes, file: file)
    }

    /// What comes on standard input, as far as a manifest may be long.
    static func standardInput() throws(SystemError) -> [UInt8] {
        let copy = Descriptor(owning: try retrying("dup", "standard input") { dup(STDIN_FILENO) })
        return try copy.readToEnd(limit: Int(ManifestFile.sizeLimit))
    }
}
