import ArgumentParser
import OCISpec
import Transports

/// What `copy`, `push` and `sync` take alike.
struct CopyingOptions: ParsableArguments {
    @Flag(name: .shortAndLong, help: "The images of all platforms, with their index.")
    var all = false

    @Flag(help: "Fail where the digest would be another at the destination.")
    var preserveDigests = false

    @Option(name: .shortAndLong, help: "Media types at the destination.")
    var format: ImageFormat?

    @Option(help: "Compression of layers at the destination.")
    var compress: LayerForm?

    @Option(help: ArgumentHelp("Of an index, the platform that is taken.", valueName: "os/arch"))
    var platform: PlatformArgument?

    enum LayerForm: String, ExpressibleByArgument, CaseIterable {
        case none, gzip, zstd
    }

    /// Whether the image is taken as it is, for this machine.
    var isPlain: Bool { !all && !preserveDigests && format == nil && compress == nil && platform == nil }

    func options(_ report: @escaping @Sendable (String) -> Void) -> ImageCopier.Options {
        var options = ImageCopier.Options()
        options.takesAll = all
        options.preservesDigests = preserveDigests
        options.format = format
        if let platform { options.platform = platform.platform }
        switch compress {
        case .gzip?: options.compression = .gzip
        case .zstd?: options.compression = .zstd
        case LayerForm.none?: options.compression = MediaType.LayerCompression.none
        case nil: break
        }
        options.progress = { blob, wasThere in report("\(blob.digest.shortHex) \(wasThere ? "exists" : "copied")") }
        return options
    }
}

extension ImageFormat: ExpressibleByArgument {}

/// `linux/arm64/v8`.
struct PlatformArgument: ExpressibleByArgument {
    var platform: Platform

    init?(argument: String) {
        let parts = argument.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
        guard (2...3).contains(parts.count), !parts.contains("") else { return nil }
        platform = Platform(os: parts[0], architecture: parts[1], variant: parts.count > 2 ? parts[2] : nil)
    }
}

/// `swiftlet image copy`.
struct ImageCopyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "copy",
        abstract: "Copy an image from one place to another.",
        discussion: """
            Places: docker://NAME (a registry), oci:FOLDER[:NAME], oci-archive:FILE[:NAME], docker-archive:FILE[:NAME], dir:FOLDER,
            store:NAME (the images of this machine). Needs no agent. The digest at the destination goes to standard output.

            Examples:
              swiftlet image copy docker://busybox oci:./busybox:latest
              swiftlet image copy --all docker://a.example/app:1 docker://b.example/app:1
              swiftlet image copy store:app:1 docker-archive:app.tar:app:1
              swiftlet image copy docker://busybox store:busybox        a pull that needs no agent
              swiftlet image copy --format oci --compress zstd docker://busybox docker://registry.example/busybox
            """
    )

    @Argument(help: "Where the image is.")
    var source: String

    @Argument(help: "Where it goes.")
    var destination: String

    @OptionGroup var copying: CopyingOptions
    @OptionGroup var admitting: AdmissionOptions
    @OptionGroup var signing: SigningOptions

    @Flag(help: "Copy no signatures; none are, with or without.")
    var removeSignatures = false

    @Flag(name: .shortAndLong, help: "Say nothing of what is copied.")
    var quiet = false

    @Flag(help: "With store: as destination, do not wait until all is on the disk; what a loss of power spoils is found and pulled again.")
    var unsettled = false

    @OptionGroup var registry: RegistryOptions
    @OptionGroup var options: ConfigurationOptions

    func run() async throws {
        try await ImageVerb.reporting {
            try await ImageCopyCommand.copy(try TransportName(source), try TransportName(destination), self)
        }
    }

    private static func copy(_ source: TransportName, _ destination: TransportName, _ command: ImageCopyCommand) async throws {
        let rooms = try ImageVerb.rooms([source, destination], command.registry, command.options, admission: try command.admitting.admission())
        let signatures = try command.signing.request(for: destination)
        let isQuiet = command.quiet
        if case .registry(let reference) = source, case .store(let name) = destination, command.copying.isPlain,
            try ImageReference(name) == reference
        {
            // What the store does best by itself: unpacking while the layers come.
            let store = try await rooms.store()
            let image = try await store.pull(name, credentials: try command.registry.credentials())
            if !command.unsettled { try await store.settle() }
            return Terminal.write("\(image.manifestDigest)\n")
        }
        let options = command.copying.options { if !isQuiet { Terminal.writeError($0 + "\n") } }
        let digest = try await ImageTransfer.run(source, destination, rooms, options)
        try await signatures?.sign(digest, rooms)
        Terminal.write("\(digest)\n")
    }
}

/// One copy from the opening to the end.
enum ImageTransfer {
    static func run(
        _ source: TransportName,
        _ destination: TransportName,
        _ rooms: TransportRooms,
        _ options: ImageCopier.Options
    ) async throws -> Digest {
        let from = try await source.source(rooms)
        let to = try await destination.destination(rooms)
        let digest = try await ImageCopier(from: from, to: to, options).run()
        try from.close()
        return digest
    }
}

/// `swiftlet push` and `swiftlet image push`.
struct PushCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "push",
        abstract: "Push an image of this machine to a registry.",
        discussion: """
            Needs no agent. The image's digest goes to standard output.

            Examples:
              swiftlet push registry.example:5000/team/app:1.2
              swiftlet push app:1 registry.example/app:1
            """
    )

    @Argument(help: "The image here.", completion: Completion.images)
    var image: String

    @Argument(help: "Its name there, with or without docker://; the same name where none is given.")
    var destination: String?

    @OptionGroup var copying: CopyingOptions
    @OptionGroup var signing: SigningOptions

    @Flag(name: .shortAndLong, help: "Say nothing of what is copied.")
    var quiet = false

    @OptionGroup var registry: RegistryOptions
    @OptionGroup var options: ConfigurationOptions

    func run() async throws {
        try await ImageVerb.reporting {
            let name = destination ?? image
            let target = try TransportName(name.hasPrefix("docker://") ? name : "docker://\(name)")
            let rooms = try ImageVerb.rooms([target], registry, options)
            let isQuiet = quiet
            let how = copying.options { if !isQuiet { Terminal.writeError($0 + "\n") } }
            let signatures = try signing.request(for: target)
            let digest = try await ImageTransfer.run(.store(image), target, rooms, how)
            try await signatures?.sign(digest, rooms)
            Terminal.write("\(digest)\n")
        }
    }
}
