import AgentAPI
import AgentClient
import Archive
import ArgumentParser
import Builder
import Glibc
import ImageStore
import Linux
import OCISpec

/// `swiftlet build`.
struct BuildCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "build",
        abstract: "Build an image from a Containerfile into the store.",
        discussion: """
            Needs no agent; one that runs sees the image at once. Steps run by the project's own runtime, on the host's network unless \
            told otherwise. Progress goes to standard error, the image's digest to standard output. What a step makes is kept by \
            what it was made from: "swiftlet builder prune" forgets it.

            Examples:
              swiftlet build -t app:1 .
              swiftlet build -f Containerfile.debug --target test --build-arg VERSION=2 .
              SOURCE_DATE_EPOCH=0 swiftlet build -t app:1 .
              swiftlet build --platform linux/amd64,linux/arm64 -t app:1 .
              swiftlet build --secret id=token,src=token.txt -t app:1 .
            """
    )

    @Argument(help: "The folder that COPY and ADD take from.", completion: .directory)
    var context: String = "."

    @Option(
        name: .shortAndLong,
        help: ArgumentHelp(
            "The Containerfile, - for standard input; else Containerfile or Dockerfile in the context.",
            valueName: "file"
        )
    )
    var file: String?

    @Option(
        name: .shortAndLong,
        help: ArgumentHelp("A name for the image; may be given several times.", valueName: "reference")
    )
    var tag: [String] = []

    @Option(help: ArgumentHelp("The stage to build; else the last one.", valueName: "stage"))
    var target: String?

    @Option(help: ArgumentHelp("The value of an ARG; without a value, the environment's.", valueName: "name=value"))
    var buildArg: [String] = []

    @Option(
        help: ArgumentHelp(
            "Platforms to build for, separated by commas; several make a list of manifests.",
            valueName: "os/arch"
        )
    )
    var platform: [String] = []

    @Option(help: ArgumentHelp("A label for the image.", valueName: "name=value"))
    var label: [String] = []

    @Option(help: ArgumentHelp("An annotation for the manifest.", valueName: "name=value"))
    var annotation: [String] = []

    @Option(
        help: ArgumentHelp(
            "A secret for RUN --mount=type=secret: id=ID,src=FILE or id=ID,env=VARIABLE.",
            valueName: "secret"
        )
    )
    var secret: [String] = []

    @Option(help: ArgumentHelp("An agent for RUN --mount=type=ssh: default, or ID=SOCKET.", valueName: "agent"))
    var ssh: [String] = []

    @Option(help: ArgumentHelp("An ignore file in place of .containerignore and .dockerignore.", valueName: "file"))
    var ignorefile: String?

    @OptionGroup var behaviour: BuildBehaviourOptions
    @OptionGroup var options: ConfigurationOptions
    @Option(help: ArgumentHelp("The folder of swiftlet-runtime, where it is not beside swiftlet.", valueName: "dir"))
    var helpers: String?

    func run() async throws {
        let request = try Terminal.reportingBuild { try self.request() }
        let display = BuildDisplay(isQuiet: behaviour.quiet)
        let result = try await BuilderSession.run(options, helpers: helpers, isQuiet: behaviour.quiet) { builder in
            try await builder.build(request) { display.show($0) }
        }
        Terminal.write("\(result.digest)\n")
    }

    private func request() throws -> BuildRequest {
        let (name, bytes) = try containerfile()
        var request = BuildRequest(file: try Containerfile(bytes, file: name), context: context)
        if let ignorefile {
            request.ignore = .init(name: ignorefile, bytes: try FileSystem.read(ignorefile, limit: 1 << 20))
        } else {
            request.ignore = try .find(context: context, file: name)
        }
        request.target = target
        for text in buildArg {
            let pair = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
            // An ARG whose variable is not set is not given.
            request.arguments[pair[0]] = pair.count > 1 ? pair[1] : getenv(pair[0]).map { String(cString: $0) }
        }
        let platforms = platform.flatMap { $0.split(separator: ",") }.map(String.init)
        if !platforms.isEmpty { request.platforms = try platforms.map { try PlatformText.platform($0) } }
        request.names = tag
        request.labels = try BuildPairs.read(label, "--label")
        request.annotations = try BuildPairs.read(annotation, "--annotation")
        for text in secret { try addSecret(text, to: &request) }
        for text in ssh {
            let pair = text.split(separator: "=", maxSplits: 1).map(String.init)
            guard let socket = pair.count > 1 ? pair[1] : getenv("SSH_AUTH_SOCK").map({ String(cString: $0) }) else {
                throw BuildError(.invalid, "--ssh \(text): SSH_AUTH_SOCK is not set")
            }
            request.agents[pair[0]] = socket
        }
        request.behaviour = try behaviour.behaviour()
        return request
    }

    private func containerfile() throws -> (String, [UInt8]) {
        if let file {
            if file == "-" { return ("-", try CheckCommand.standardInput()) }
            return (file, try FileSystem.read(file, limit: 4 << 20))
        }
        for name in ["Containerfile", "Dockerfile"] {
            let path = context == "." ? name : "\(context)/\(name)"
            if FileSystem.exists(path) { return (path, try FileSystem.read(path, limit: 4 << 20)) }
        }
        throw BuildError(.notFound, "\(context) has neither a Containerfile nor a Dockerfile")
    }

    private func addSecret(_ text: String, to request: inout BuildRequest) throws {
        var fields: [String: String] = [:]
        for part in text.split(separator: ",") {
            let pair = part.split(separator: "=", maxSplits: 1).map(String.init)
            if pair.count == 2 { fields[pair[0]] = pair[1] }
        }
        guard let id = fields["id"] else { throw BuildError(.invalid, "--secret \(text): an id is needed") }
        if let variable = fields["env"] {
            guard let value = getenv(variable) else {
                throw BuildError(.invalid, "--secret \(text): \(variable) is not set")
            }
            request.secrets[id] = .value(Array(String(cString: value).utf8))
        } else {
            request.secrets[id] = .file(fields["src"] ?? fields["source"] ?? id)
        }
    }
}

/// `NAME=VALUE` on the command line.
enum BuildPairs {
    static func read(_ texts: [String], _ flag: String) throws -> [String: String] {
        var pairs: [String: String] = [:]
        for text in texts {
            guard let equals = text.firstIndex(of: "="), equals > text.startIndex else {
                throw BuildError(.invalid, "\(flag) \(text): NAME=VALUE is wanted")
            }
            pairs[String(text[..<equals])] = String(text[text.index(after: equals)...])
        }
        return pairs
    }
}
