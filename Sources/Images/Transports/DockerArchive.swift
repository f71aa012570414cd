import Archive
import Glibc
import JSONCoding
import Linux
import OCISpec
import Registry

/// An entry of `manifest.json` in what `docker save` writes.
struct DockerArchiveEntry: Codable {
    var config: String
    var repoTags: [String]?
    var layers: [String]

    enum CodingKeys: String, CodingKey {
        case config = "Config"
        case repoTags = "RepoTags"
        case layers = "Layers"
    }
}

/// `docker-archive:` to read from. The manifest is made from the files: the archive has none.
public final class DockerArchiveSource: ImageSource {
    private static let configurationLimit = 8 << 20
    public let name: String
    private let folder: TemporaryFolder
    private let document: FetchedManifest
    private let files: [Digest: String]

    /// Unpacks the archive. `wanted` names the image where there are several.
    public static func open(path: String, name wanted: ImageReference?) async throws -> DockerArchiveSource {
        let shown = "docker-archive:\(path)" + (wanted.map { ":\($0)" } ?? "")
        let folder = try await ArchiveFolder.unpack(path, shown: shown)
        do {
            return try await onThread(named: "read") { try DockerArchiveSource(folder, wanted, shown) }
        } catch let error as TransportError {
            throw error
        } catch {
            throw TransportError(shown, "no archive of docker's: \(error)")
        }
    }

    private init(_ folder: TemporaryFolder, _ wanted: ImageReference?, _ shown: String) throws {
        let entries = try JSON.decode([DockerArchiveEntry].self, from: try BlobFile.read("manifest.json", below: folder.path))
        let named = entries.filter { entry in
            guard let wanted else { return true }
            // A tag that is no reference is none that could be asked for.
            return entry.repoTags?.contains { (try? ImageReference($0)) == wanted } ?? false
        }
        guard let entry = named.first else { throw TransportError(shown, "the archive has no image of that name") }
        guard named.count == 1 || wanted != nil else {
            throw TransportError(shown, "the archive has \(named.count) images; say which: \(named.flatMap { $0.repoTags ?? [] }.joined(separator: ", "))")
        }
        var files: [Digest: String] = [:]
        let configuration = try BlobFile.read(entry.config, below: folder.path, limit: Self.configurationLimit)
        let configurationDigest = Digest.computing(.sha256, over: configuration)
        files[configurationDigest] = entry.config
        var layers: [ContentDescriptor] = []
        for layer in entry.layers {
            let file = try BlobFile.open(layer, below: folder.path)
            let size = try file.status().size
            var beginning: [UInt8] = []
            let digest = try Digest.computing(.sha256, over: file) { if beginning.isEmpty { beginning = Array($0.prefix(4)) } }
            files[digest] = layer
            let type = ImageFormat.v2s2.layerType(LayerInflater.form(of: beginning).compression)
            layers.append(ContentDescriptor(mediaType: type, digest: digest, size: size))
        }
        let config = ContentDescriptor(mediaType: .dockerConfiguration, digest: configurationDigest, size: Int64(configuration.count))
        let manifest = ImageManifest(config: config, layers: layers, mediaType: .dockerManifest)
        document = try FetchedManifest(try JSON.encode(manifest), announcedAs: .dockerManifest)
        self.files = files
        self.folder = folder
        name = shown
    }

    public func root() -> FetchedManifest { document }

    public func manifest(_ descriptor: ContentDescriptor) throws -> FetchedManifest {
        throw TransportError(name, "the archive has no manifest \(descriptor.digest)")
    }

    public func blob(_ descriptor: ContentDescriptor, into sink: any BlobSink) async throws {
        guard let file = files[descriptor.digest] else { throw TransportError(name, "the archive has no \(descriptor.digest)") }
        try await BlobFile.copy(file, below: folder.path, descriptor, into: sink)
    }

    public func close() throws { try folder.remove() }
}

/// `docker-archive:` to write to: uncompressed layers, as `docker load` and `podman load` take them.
public final class DockerArchiveDestination: ImageDestination {
    public let name: String
    private let target: String
    private let tag: ImageReference?
    private let folder: TemporaryFolder
    private let root = RootSlot()

    public init(path: String, name tag: ImageReference?) throws {
        guard !FileSystem.exists(path) else { throw TransportError("docker-archive:\(path)", "the file exists; images are not added to one") }
        name = "docker-archive:\(path)" + (tag.map { ":\($0)" } ?? "")
        target = path
        self.tag = tag
        folder = try TemporaryFolder()
    }

    public var requirements: ImageRequirements {
        var requirements = ImageRequirements()
        requirements.format = .v2s2
        requirements.compression = MediaType.LayerCompression.none
        requirements.takesIndexes = false
        return requirements
    }

    private func file(_ digest: Digest) -> String { "\(folder.path)/\(digest.hex)" }

    public func holds(_ descriptor: ContentDescriptor, from source: ImageReference?) -> Bool { FileSystem.exists(file(descriptor.digest)) }

    public func take(_ descriptor: ContentDescriptor, file source: String) async throws {
        try await FileMove.move(source, to: file(descriptor.digest))
    }

    public func take(_ manifest: FetchedManifest, isRoot: Bool) throws {
        try FileSystem.write("\(folder.path)/manifest", manifest.bytes)
        root.set(manifest.descriptor)
    }

    public func finish() async throws {
        guard root.value != nil else { throw TransportError(name, "no manifest came") }
        let manifest = try JSON.decode(ImageManifest.self, from: try FileSystem.read("\(folder.path)/manifest"))
        let entry = DockerArchiveEntry(
            config: "\(manifest.config.digest.hex).json",
            repoTags: tag.map { [$0.familiarName] } ?? [],
            layers: manifest.layers.map { "\($0.digest.hex).tar" }
        )
        let (path, target) = (folder.path, target)
        try await onThread(named: "tar") {
            try TarFile.write(target) { tar in
                var written: Set<Digest> = []
                for layer in manifest.layers where written.insert(layer.digest).inserted {
                    try tar.add("\(layer.digest.hex).tar", file: "\(path)/\(layer.digest.hex)")
                }
                try tar.add(entry.config, file: "\(path)/\(manifest.config.digest.hex)")
                try tar.add("manifest.json", bytes: try JSON.encode([entry]))
            }
        }
        try folder.remove()
    }

    public func abandon() {
        // What stopped it is what is told.
        try? folder.remove()
    }
}
