import AgentAPI
import AgentClient
import ArgumentParser

/// `swiftlet image`.
struct ImageNoun: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "image",
        abstract: "List, pull, look at and remove images.",
        discussion: """
            Examples:
              swiftlet image ls
              swiftlet image pull busybox
              swiftlet image inspect busybox
              swiftlet image rm busybox
              swiftlet image prune --all
            """,
        subcommands: [
            ImageList.self, PullCommand.self, LoadCommand.self, ImageInspect.self, ImageRemove.self, ImagePrune.self,
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

    struct ImageInspect: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "inspect",
            abstract: "Show all about images, as JSON.",
            aliases: ["get"]
        )

        @Argument(help: "References, digests, or at least twelve digits of one.", completion: Completion.images)
        var images: [String]

        @OptionGroup var format: OutputOptions
        @OptionGroup var global: GlobalOptions

        func run() throws {
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

    struct ImageRemove: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "rm",
            abstract: "Remove names of images, and of their content what nothing else needs.",
            discussion: "By digest, all names of the image go. An image that a pod uses stays (exit status 4) unless --force is given.",
            aliases: ["remove", "delete"]
        )

        @Argument(help: "References, digests, or at least twelve digits of one.", completion: Completion.images)
        var images: [String]

        @Flag(name: .shortAndLong, help: "Remove it even where pods use it; what they have mounted stays until they end.")
        var force = false

        @Flag(help: "What is not there is no failure.")
        var ignoreNotFound = false

        @OptionGroup var global: GlobalOptions

        func run() throws {
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
