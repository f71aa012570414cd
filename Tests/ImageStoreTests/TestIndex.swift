import JSONCoding
import Linux
import OCISpec

/// An index over several images.
enum TestIndex {
    /// Writes images and an index of them as an OCI layout; answers the bytes of the index.
    static func write(_ folder: String, _ images: [TestImage]) throws -> [UInt8] {
        for image in images { try image.write(folder) }
        let entries = images.map {
            ContentDescriptor(
                mediaType: .ociManifest,
                digest: $0.manifestDigest,
                size: Int64($0.manifestBytes.count),
                platform: $0.configuration.platform
            )
        }
        let bytes = try JSON.encode(ImageIndex(manifests: entries))
        try FileSystem.write("\(folder)/blobs/sha256/\(digest(bytes).hex)", bytes)
        let top = ContentDescriptor(mediaType: .ociIndex, digest: digest(bytes), size: Int64(bytes.count))
        try FileSystem.write("\(folder)/index.json", try JSON.encode(ImageIndex(manifests: [top])))
        return bytes
    }
}
