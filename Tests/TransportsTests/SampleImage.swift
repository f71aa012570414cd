import JSONCoding
import Linux
import OCISpec
import TestSupport

/// An image that a test makes, as an OCI layout.
struct SampleImage {
    var manifest: [UInt8]
    var digest: Digest

    /// Writes an image of gzip layers, one for each text; under a name where one is given.
    @discardableResult
    static func write(_ folder: String, _ texts: [String], name: String? = nil) throws -> SampleImage {
        try FileSystem.makeDirectories("\(folder)/blobs/sha256")
        func put(_ bytes: [UInt8], _ type: MediaType) throws -> ContentDescriptor {
            let digest = Digest.sha256(of: bytes)
            try FileSystem.write("\(folder)/blobs/sha256/\(digest.hex)", bytes)
            return ContentDescriptor(mediaType: type, digest: digest, size: Int64(bytes.count))
        }
        var layers: [ContentDescriptor] = []
        var diffIDs: [Digest] = []
        for text in texts {
            var tar = TarBuilder()
            tar.folder("data/")
            tar.add("data/\(text.prefix(20))", String(repeating: text, count: 500))
            diffIDs.append(Digest.sha256(of: tar.archive))
            layers.append(try put(try Command(["gzip", "-n"], input: tar.archive).run().checked().output, .ociLayerGzip))
        }
        let configuration = ImageConfiguration(
            platform: .host,
            config: ImageConfiguration.Execution(),
            rootfs: ImageConfiguration.RootFileSystem(diffIDs: diffIDs)
        )
        let config = try put(try JSON.encode(configuration), .ociConfiguration)
        let bytes = try JSON.encode(ImageManifest(config: config, layers: layers))
        var entry = try put(bytes, .ociManifest)
        entry.annotations = name.map { [ImageAnnotation.referenceName: $0] }
        entry.platform = .host
        var entries: [ContentDescriptor] = []
        if FileSystem.exists("\(folder)/index.json") {
            entries = try JSON.decode(ImageIndex.self, from: try FileSystem.read("\(folder)/index.json")).manifests
        }
        try FileSystem.write("\(folder)/index.json", try JSON.encode(ImageIndex(manifests: entries + [entry])))
        try FileSystem.write("\(folder)/oci-layout", try JSON.encode(ImageLayoutMarker()))
        return SampleImage(manifest: bytes, digest: entry.digest)
    }
}
