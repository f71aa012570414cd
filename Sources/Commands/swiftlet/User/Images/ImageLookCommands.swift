import ArgumentParser
import JSONCoding
import OCISpec
import Registry
import Transports

/// `swiftlet image list-tags`.
struct ImageListTags: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list-tags",
        abstract: "List the tags of a repository, one a line.",
        discussion: """
            Examples:
              swiftlet image list-tags docker://registry.example/team/app
            """
    )

    @Argument(help: "The repository, with or without docker://.")
    var repository: String

    @OptionGroup var registry: RegistryOptions
    @OptionGroup var options: ConfigurationOptions

    func run() async throws {
        try await ImageVerb.reporting {
            let name = repository.hasPrefix("docker://") ? String(repository.dropFirst(9)) : repository
            let reference = try ImageReference(name)
            let rooms = try ImageVerb.rooms([.registry(reference)], registry, options)
            for tag in try await rooms.client.tags(of: reference) { Terminal.write("\(tag)\n") }
        }
    }
}

/// What `image inspect` shows of an image that is named with its transport.
enum ImageInspection {
    enum Part {
        /// The manifest's or the configuration's own bytes.
        case raw, configuration, rawConfiguration
        case summary
    }

    static func show(_ name: TransportName, _ part: Part, _ platform: Platform, _ rooms: TransportRooms) async throws {
        let source = try await name.source(rooms)
        let root = try await source.root()
        if case .raw = part { return Terminal.write(root.bytes) }
        var options = ImageCopier.Options()
        options.platform = platform
        // A copier that copies nothing knows the way through an index.
        let image = try await ImageCopier(from: source, to: Nowhere(), options).image(of: root)
        guard case .image(let manifest) = image.document else { return Terminal.write(root.bytes) }
        let collected = BytesSink()
        guard manifest.config.size <= 8 << 20 else { throw TransportError(name.description, "a configuration of \(manifest.config.size) bytes") }
        try await source.blob(manifest.config, into: collected)
        try source.close()
        switch part {
        case .rawConfiguration: Terminal.write(collected.bytes)
        case .configuration: Terminal.write(JSON.serialize(try JSON.parse(collected.bytes), style: .pretty) + [UInt8(ascii: "\n")])
        case .raw, .summary:
            let summary = try summary(name, root, manifest, collected.bytes)
            Terminal.write(JSON.serialize(summary, style: .pretty) + [UInt8(ascii: "\n")])
        }
    }

    /// The members that skopeo's users look for.
    private static func summary(
        _ name: TransportName,
        _ root: FetchedManifest,
        _ manifest: ImageManifest,
        _ configuration: [UInt8]
    ) throws -> JSONNode {
        var members: [JSONNode.Member] = []
        func add(_ key: String, _ value: JSONNode?) { if let value { members.append(.init(key: key, value: value)) } }
        if case .registry(let reference) = name { add("Name", JSONNode(reference.name)) }
        add("Digest", JSONNode(root.descriptor.digest.description))
        add("MediaType", JSONNode(root.descriptor.mediaType.rawValue))
        let node = try JSON.parse(configuration)
        add("Created", node["created"])
        add("Labels", node["config"]?["Labels"])
        add("Architecture", node["architecture"])
        add("Os", node["os"])
        add("Variant", node["variant"])
        add("Env", node["config"]?["Env"])
        add("Layers", JSONNode(.array(manifest.layers.map { JSONNode($0.digest.description) })))
        add(
            "LayersData",
            JSONNode(
                .array(
                    manifest.layers.map { layer in
                        ["MIMEType": JSONNode(layer.mediaType.rawValue), "Digest": JSONNode(layer.digest.description), "Size": JSONNode(layer.size)]
                    }
                )
            )
        )
        return JSONNode(.object(members))
    }

    private struct Nowhere: ImageDestination {
        var name: String { "nowhere" }
        func holds(_ descriptor: ContentDescriptor, from source: ImageReference?) -> Bool { true }
        func take(_ descriptor: ContentDescriptor, file: String) {}
        func take(_ manifest: FetchedManifest, isRoot: Bool) {}
        func finish() {}
    }

    private final class BytesSink: BlobSink, @unchecked Sendable {
        // Written by one thread, read when the transfer is over.
        private(set) var bytes: [UInt8] = []
        func append(_ piece: UnsafeRawBufferPointer) { bytes.append(contentsOf: piece) }
    }
}
