import ArgumentParser
import OCISpec
import Transports

/// `swiftlet image sync`.
struct ImageSyncCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "sync",
        abstract: "Copy all tags of repositories to a registry or below a folder.",
        discussion: """
            Sources are repositories (all tags) or images of registries. Below a registry or a folder each goes under its last name;
            with --scoped under its whole one. What is there already is not sent again.

            Examples:
              swiftlet image sync a.example/team/app b.example/mirror
              swiftlet image sync --dest dir a.example/team/app:1 ./images
            """
    )

    enum Place: String, ExpressibleByArgument, CaseIterable {
        case docker, dir
    }

    @Argument(help: "Repositories or images, then the registry (with a path) or folder.")
    var places: [String]

    @Option(help: "What the destination is.")
    var dest = Place.docker

    @Flag(help: "Under the whole name of the source.")
    var scoped = false

    @Flag(help: "Go on after an image that failed.")
    var keepGoing = false

    @OptionGroup var copying: CopyingOptions
    @OptionGroup var registry: RegistryOptions
    @OptionGroup var options: ConfigurationOptions

    func validate() throws {
        guard places.count >= 2 else { throw ValidationError("expected sources and a destination") }
    }

    func run() async throws {
        try await ImageVerb.reporting { try await sync() }
    }

    private func sync() async throws {
        let sources = try places.dropLast().map { try ImageReference($0.hasPrefix("docker://") ? String($0.dropFirst(9)) : $0) }
        let last = places[places.count - 1]
        let target = last.hasPrefix("docker://") ? String(last.dropFirst(9)) : last
        var named = sources.map(TransportName.registry)
        if dest == .docker { named.append(.registry(try ImageReference("\(target)/sync"))) }
        let rooms = try ImageVerb.rooms(named, registry, options)
        var failed = false
        for (source, text) in zip(sources, places) {
            let isWhole = source.digest == nil && !Self.hasTag(text)
            var tags = [source.tag]
            if isWhole { tags = try await rooms.client.tags(of: source) }
            for tag in tags {
                let image = try tag.map { try ImageReference("\(source.name):\($0)") } ?? source
                do {
                    let digest = try await ImageTransfer.run(
                        .registry(image), try place(of: image, below: target), rooms, copying.options { _ in })
                    Terminal.write("\(image)\t\(digest)\n")
                } catch where keepGoing {
                    Terminal.writeError("Error: \(error)\n")
                    failed = true
                }
            }
        }
        if failed { throw ExitCode(1) }
    }

    private static func hasTag(_ text: String) -> Bool {
        text.split(separator: "/").last?.contains(":") ?? false
    }

    private func place(of image: ImageReference, below target: String) throws -> TransportName {
        let last = image.repository.split(separator: "/").last.map(String.init) ?? image.repository
        let name = (scoped ? image.name : last) + (image.tag.map { ":\($0)" } ?? image.digest.map { "@\($0)" } ?? "")
        return dest == .dir ? .folder(path: "\(target)/\(name)") : .registry(try ImageReference("\(target)/\(name)"))
    }
}
