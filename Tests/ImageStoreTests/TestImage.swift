import Hashing
import JSONCoding
import Linux
import OCISpec
import TestSupport

/// An image that a test makes: documents and blobs in memory.
struct TestImage {
    enum Compression {
        case none, gzip, zstd
    }

    private(set) var blobs: [Digest: [UInt8]] = [:]
    private(set) var manifest: ImageManifest
    private(set) var manifestBytes: [UInt8]
    private(set) var configuration: ImageConfiguration
    let docker: Bool

    var manifestDigest: Digest { digest(manifestBytes) }

    /// Makes an image of layers, base first.
    init(
        _ layers: [(archive: [UInt8], compression: Compression)],
        docker: Bool = false,
        platform: Platform = .host,
        change: (inout ImageConfiguration) -> Void = { _ in }
    ) throws {
        self.docker = docker
        var descriptors: [ContentDescriptor] = []
        for (archive, compression) in layers {
            let blob = try Self.compress(archive, compression)
            let type: MediaType =
                switch compression {
                case .none: docker ? .dockerLayer : .ociLayer
                case .gzip: docker ? .dockerLayerGzip : .ociLayerGzip
                case .zstd: docker ? .dockerLayerZstd : .ociLayerZstd
                }
            descriptors.append(ContentDescriptor(mediaType: type, digest: digest(blob), size: Int64(blob.count)))
            blobs[digest(blob)] = blob
        }
        var configuration = ImageConfiguration(
            platform: platform,
            config: ImageConfiguration.Execution(),
            rootfs: ImageConfiguration.RootFileSystem(diffIDs: layers.map { digest($0.archive) })
        )
        change(&configuration)
        self.configuration = configuration
        let configurationBytes = try JSON.encode(configuration)
        blobs[digest(configurationBytes)] = configurationBytes
        manifest = ImageManifest(
            config: ContentDescriptor(
                mediaType: docker ? .dockerConfiguration : .ociConfiguration,
                digest: digest(configurationBytes),
                size: Int64(configurationBytes.count)
            ),
            layers: descriptors,
            mediaType: docker ? .dockerManifest : .ociManifest
        )
        manifestBytes = try JSON.encode(manifest)
        blobs[digest(manifestBytes)] = manifestBytes
    }

    /// An image of one gzip layer with one file.
    static func small(_ text: String = "hello") throws -> TestImage {
        var tar = TarBuilder()
        tar.folder("etc/")
        tar.add("etc/greeting", text)
        return try TestImage([(tar.archive, .gzip)])
    }

    /// Writes the image as an OCI layout.
    func write(_ folder: String, name: String? = nil) throws {
        try FileSystem.makeDirectories("\(folder)/blobs/sha256")
        for (digest, bytes) in blobs { try FileSystem.write("\(folder)/blobs/sha256/\(digest.hex)", bytes) }
        try FileSystem.write("\(folder)/oci-layout", try JSON.encode(ImageLayoutMarker()))
        let entry = ContentDescriptor(
            mediaType: docker ? .dockerManifest : .ociManifest,
            digest: manifestDigest,
            size: Int64(manifestBytes.count),
            annotations: name.map { [ImageAnnotation.referenceName: $0] }
        )
        try FileSystem.write("\(folder)/index.json", try JSON.encode(ImageIndex(manifests: [entry])))
    }

    private static func compress(_ bytes: [UInt8], _ compression: Compression) throws -> [UInt8] {
        switch compression {
        case .none: bytes
        case .gzip: try Command(["gzip", "-n"], input: bytes).run().checked().output
        case .zstd: try Command(["zstd", "-q"], input: bytes).run().checked().output
        }
    }
}

func digest(_ bytes: [UInt8]) -> Digest {
    var hash = StreamingHash()
    bytes.withUnsafeBytes { hash.update($0) }
    return Digest(algorithm: .sha256, hash: hash.finalize())
}
