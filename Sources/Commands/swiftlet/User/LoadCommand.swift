import AgentAPI
import AgentClient
import ArgumentParser
import ImageStore
import Registry

/// `swiftlet load`.
struct LoadCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "load",
        abstract: "Load images from an OCI image layout into the store.",
        discussion: """
            Needs no agent; one that runs sees the images at once. Every blob is checked against its digest.

            Examples:
              skopeo copy docker://busybox oci:./busybox:latest
              swiftlet load ./busybox --name docker.io/library/busybox:latest
              swiftlet load images.tar
            """
    )

    @Argument(help: "The layout: a folder, or a tar archive of one.")
    var layout: String

    @Option(help: ArgumentHelp("The image's name, where the layout has one image.", valueName: "reference"))
    var name: String?

    @OptionGroup var options: ConfigurationOptions

    func run() async throws {
        let (settings, paths) = try options.sources().loadOrExit()
        let images: [StoredImage]
        do {
            let store = try await ImageVerb.store(at: paths, RegistryConfiguration(), .standard(settings.signaturePolicy))
            images = try await store.load(layout: layout, name: name)
            // What was loaded is on the disk before we say so.
            try await store.settle()
        } catch {
            Terminal.writeError(FaultText.text(of: Fault(.invalid, "\(error)", reason: LoadCommand.reason(of: error))))
            throw ExitCode(1)
        }
        for image in images { Terminal.write("\(image.reference)\n") }
    }

    private static func reason(of error: any Error) -> String {
        guard let error = error as? ImageError else { return "LoadFailed" }
        return error.kind.rawValue.prefix(1).uppercased() + error.kind.rawValue.dropFirst()
    }
}
