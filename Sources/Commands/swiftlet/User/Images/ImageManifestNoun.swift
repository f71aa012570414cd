import ArgumentParser
import Linux
import OCISpec
import Registry

/// `swiftlet image manifest`.
struct ImageManifestNoun: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "manifest",
        abstract: "Work on manifests in files.",
        subcommands: [ManifestDigest.self]
    )

    struct ManifestDigest: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "digest",
            abstract: "Tell the digest of a manifest in a file.",
            discussion: """
                Examples:
                  swiftlet image inspect --raw docker://busybox > manifest.json
                  swiftlet image manifest digest manifest.json
                """
        )

        @Argument(help: "The file.", completion: .file())
        var file: String

        func run() async throws {
            try await ImageVerb.reporting {
                let bytes = try FileSystem.read(file, limit: 4 << 20)
                Terminal.write("\(try FetchedManifest(bytes, announcedAs: nil).descriptor.digest)\n")
            }
        }
    }
}
