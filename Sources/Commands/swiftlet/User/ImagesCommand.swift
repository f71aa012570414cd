import AgentAPI
import AgentClient
import ArgumentParser
import JSONCoding

/// `swiftlet images`.
struct ImagesCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "images",
        abstract: "Show the images in the store.",
        discussion: """
            Examples:
              swiftlet images
              swiftlet images -o json
            """
    )

    @OptionGroup var format: OutputOptions
    @OptionGroup var global: GlobalOptions

    func run() throws {
        try Terminal.reporting {
            try ImagesCommand.show(try global.connect().call(AgentMethods.imageList), format.output)
        }
    }

    static func show(_ list: ImageList, _ format: OutputFormat?) throws(Fault) {
        switch format {
        case .json?, .yaml?: Terminal.write(format?.document(try OutputFormat.node(list)) ?? [])
        case .name?:
            for image in list.items { Terminal.write("\(image.reference ?? image.digest)\n") }
        case nil, .wide?:
            if !list.items.isEmpty { Terminal.write(ImageTable(isWide: format == .wide).render(list.items, now: .now)) }
        }
        if list.items.isEmpty { Terminal.writeError("No images found.\n") }
    }
}
