import AgentAPI
import AgentClient
import ArgumentParser
import Glibc

/// `swiftlet cp`.
struct CopyCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "cp",
        abstract: "Copy files and folders to and from a container.",
        discussion: """
            Examples:
              swiftlet cp web:/etc/nginx ./nginx         a folder from the container
              swiftlet cp index.html web:/srv/           a file into a folder of it
              swiftlet cp -c app config prod/web:/app    the pod of a namespace
              swiftlet cp web:/var/log - | tar tv        a tar archive to standard output
              tar c . | swiftlet cp - web:/srv           and one from standard input

            The container needs no tar and no shell. Files that come in belong to \
            the container's user; no symbolic link leads out of its root or, on \
            this side, out of the folder that is written.
            """
    )

    @Argument(help: "[NAMESPACE/]POD:PATH, a local path, or - for a tar archive.")
    var source: CopyPlace

    @Argument(help: "The same.")
    var destination: CopyPlace

    @Option(name: .shortAndLong, help: "The container; may be left out where the pod has only one.")
    var container: String?

    @OptionGroup var namespace: NamespaceOptions
    @OptionGroup var global: GlobalOptions

    func validate() throws {
        switch (source, destination) {
        case (.pod, .pod): throw ValidationError("one of the two places is here")
        case (.pod, _), (_, .pod): break
        default: throw ValidationError("one of the two places is in a pod: POD:PATH")
        }
    }

    func run() throws {
        let outcome = try Terminal.reporting {
            switch (source, destination) {
            case (.pod(let place), let here):
                let ticket = try global.connect().call(AgentMethods.podCopyOut, request(place))
                return try LocalCopy(try global.open(ticket)).bring(to: here)
            case (let here, .pod(let place)):
                let ticket = try global.connect().call(AgentMethods.podCopyIn, request(place))
                return try LocalCopy(try global.open(ticket)).take(from: here)
            default: preconditionFailure("one of the two is in a pod")
            }
        }
        if let outcome {
            Terminal.writeError("Error: \(outcome)\n")
            throw ExitCode.failure
        }
    }

    private func request(_ place: CopyPlace.InPod) -> PodCopyRequest {
        PodCopyRequest(
            namespace: place.namespace ?? namespace.namespace,
            name: place.pod,
            container: container,
            path: place.path
        )
    }
}

/// Where something is copied from or to.
enum CopyPlace: ExpressibleByArgument {
    struct InPod {
        var namespace: String?
        var pod: String
        var path: String
    }

    case pod(InPod)
    case local(String)
    /// A tar archive on a standard stream.
    case stream

    init?(argument: String) {
        if argument == "-" {
            self = .stream
            return
        }
        // `./a:b` and `/a:b` are files of this side.
        guard let colon = argument.firstIndex(of: ":"), !argument.hasPrefix("/"), !argument.hasPrefix(".") else {
            self = .local(argument)
            return
        }
        let parts = argument[..<colon].split(separator: "/", omittingEmptySubsequences: false).map(String.init)
        let path = String(argument[argument.index(after: colon)...])
        guard parts.count <= 2, !parts.contains(""), path.hasPrefix("/"), let pod = parts.last else { return nil }
        self = .pod(InPod(namespace: parts.count == 2 ? parts[0] : nil, pod: pod, path: path))
    }
}
