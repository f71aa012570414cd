import AgentAPI
import AgentClient
import ArgumentParser
import OCISpec
import Transports

/// `swiftlet image`.
struct ImageNoun: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "image",
        abstract: "List, pull, push, copy, look at and remove images.",
        discussion: """
            Examples:
              swiftlet image ls
              swiftlet image pull busybox
              swiftlet image inspect busybox
              swiftlet image inspect --config docker://registry.example/app:1
              swiftlet image copy docker://busybox oci:./busybox:latest
              swiftlet image rm busybox
              swiftlet image prune --all
            """,
        subcommands: [
            ImageList.self, PullCommand.self, PushCommand.self, LoadCommand.self, ImageInspect.self, ImageRemove.self, ImagePrune.self,
            ImageCopyCommand.self, ImageSyncCommand.self, ImageListTags.self, ImageManifestNoun.self, ImageDiskUsage.self, ImageCheck.self,
            ImageSignCommand.self, ImageVerifyCommand.self,
        ]
    )

    struct ImageList: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "ls",
            abstract: "Show the images in the store.",
            aliases: ["list"]
        )

        @OptionGroup var list: NodeList

        func run() throws { try list.show(.image) }
    }

    struct ImageInspect: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "inspect",
            abstract: "Show all about images, as JSON.",
            discussion: """
                The agent is asked about its images; of those that are named with a transport (docker://…, oci:…, see image copy) the
                place itself is. --config and --raw look into the store where there is no transport.
                """,
            aliases: ["get"]
        )

        @Argument(help: "References, digests, at least twelve digits of one, or names with a transport.", completion: Completion.images)
        var images: [String]

        @Flag(name: .customLong("config"), help: "The image's configuration; with --raw byte for byte.")
        var configuration = false

        @Flag(help: "The manifest or index byte for byte.")
        var raw = false

        @Option(help: ArgumentHelp("Of an index, the platform that is shown.", valueName: "os/arch"))
        var platform: PlatformArgument?

        @OptionGroup var format: OutputOptions
        @OptionGroup var registry: RegistryOptions

        @Option(help: .of(.root, valueName: "dir"))
        var root: String?

        @OptionGroup var global: GlobalOptions

        func run() async throws {
            let names = images.map { TransportName.isOne($0) || !(configuration || raw) ? $0 : "store:\($0)" }
            guard names.contains(where: TransportName.isOne) else { return try ask() }
            try await ImageVerb.reporting {
                let part: ImageInspection.Part =
                    configuration ? (raw ? .rawConfiguration : .configuration) : raw ? .raw : .summary
                for name in try names.map({ try TransportName(TransportName.isOne($0) ? $0 : "store:\($0)") }) {
                    let rooms = try ImageVerb.rooms([name], registry, root: root)
                    try await ImageInspection.show(name, part, platform?.platform ?? .host, rooms)
                }
            }
        }

        private func ask() throws {
            try Terminal.reporting {
                let connection = try global.connect()
                for image in images {
                    let detail = try connection.call(AgentMethods.imageGet, ImageGetRequest(image: image))
                    if format.output == .wide { Terminal.write(ImageDescription.text(of: detail, now: .now)); continue }
                    Terminal.write((format.output == .yaml ? OutputFormat.yaml : .json).document(try OutputFormat.node(detail)))
                }
            }
        }
    }

    struct ImageRemove: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "rm",
            abstract: "Remove names of images, and of their content what nothing else needs.",
            discussion: """
                By digest, all names of the image go. An image that a pod uses stays (exit status 4) unless --force is given. Of a name with
                docker:// the registry is told to remove the manifest, and with it all tags that it has there.
                """,
            aliases: ["remove", "delete"]
        )

        @Argument(help: "References, digests, or at least twelve digits of one.", completion: Completion.images)
        var images: [String]

        @Flag(name: .shortAndLong, help: "Remove it even where pods use it; what they have mounted stays until they end.")
        var force = false

        @Flag(help: "What is not there is no failure.")
        var ignoreNotFound = false

        @OptionGroup var registry: RegistryOptions
        @OptionGroup var global: GlobalOptions

        func run() async throws {
            let remote = images.filter { $0.hasPrefix("docker://") }
            if !remote.isEmpty { try await ImageVerb.reporting { for name in remote { try await delete(name) } } }
            if remote.count < images.count { try remove(images.filter { !$0.hasPrefix("docker://") }) }
        }

        private func delete(_ text: String) async throws {
            let name = try TransportName(text)
            guard case .registry(let reference) = name else { preconditionFailure("it begins with docker://") }
            let client = try ImageVerb.rooms([name], registry, root: nil).client
            let digest = try await client.fetchDocument(reference).descriptor.digest
            try await client.deleteManifest(digest, in: reference)
            Terminal.write("Deleted: \(reference.name)@\(digest)\n")
        }

        private func remove(_ images: [String]) throws {
            try Terminal.reporting {
                let connection = try global.connect()
                for image in images {
                    let request = ImageRemoveRequest(image: image, force: force ? true : nil)
                    do throws(Fault) {
                        RemovalText.write(try connection.call(AgentMethods.imageRemove, request))
                    } catch {
                        guard ignoreNotFound && error.code == .notFound else { throw error }
                    }
                }
            }
        }
    }

    struct ImagePrune: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "prune",
            abstract: "Remove images that have no name and no pod uses."
        )

        @Flag(name: .shortAndLong, help: "Every image that no pod uses.")
        var all = false

        @OptionGroup var global: GlobalOptions

        func run() throws {
            try Terminal.reporting {
                let request = ImagePruneRequest(all: all ? true : nil)
                RemovalText.write(try global.connect(isUnlimited: true).call(AgentMethods.imagePrune, request), sumsUp: true)
            }
        }
    }
}

/// What went.
private enum RemovalText {
    static func write(_ removal: ImageRemoval, sumsUp: Bool = false) {
        for name in removal.untagged { Terminal.write("Untagged: \(name)\n") }
        for digest in removal.deleted { Terminal.write("Deleted: \(digest)\n") }
        if sumsUp { Terminal.write("Reclaimed: \(HumanBytes.text(removal.bytes))\n") }
    }
}

/// The list of what is the node's: no namespaces.
struct NodeList: ParsableArguments {
    @OptionGroup var selection: SelectionOptions
    @OptionGroup var view: ViewOptions
    @OptionGroup var global: GlobalOptions

    func show(_ type: ResourceType) throws {
        try Terminal.reporting {
            let form = try view.form()
            let filter = try selection.filter()
            let found = try ResourceQuery(connection: try global.connect(), namespace: nil).all(type).filter(filter)
            let items = try view.sortBy.map { try SortKey($0).sorted(found, by: \.node) } ?? found
            try ResourcePrinter(form: form, table: view.table(form, global), isOne: false).show([(type, items)], isQuiet: false)
        }
    }
}

/// `swiftlet images`, the old name of `swiftlet image ls`.
struct ImagesCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "images",
        abstract: "Show the images in the store: the same as image ls.",
        discussion: """
            Examples:
              swiftlet images
              swiftlet images -o json
            """
    )

    @OptionGroup var list: NodeList

    func run() throws { try list.show(.image) }
}
