import JSONCoding
import OCISpec

/// Manifest and configuration of an image.
struct ImageDocuments: Sendable {
    var manifestDigest: Digest
    var manifestSize: Int64
    var manifest: ImageManifest
    var configuration: ImageConfiguration

    /// Bytes of manifest, configuration and layers as a registry has them.
    var size: Int64 { manifestSize + manifest.config.size + manifest.layers.reduce(0) { $0 + $1.size } }

    /// What has to be there of each layer, bottom first.
    var plannedLayers: [PlannedLayer] {
        let files = configuration.rootfs
        return zip(manifest.layers, zip(files.diffIDs, files.chainIDs)).map {
            PlannedLayer(blob: $0, diffID: $1.0, chainID: $1.1)
        }
    }

    /// Everything that the image consists of.
    var items: [Journal.Item] {
        [.blob(manifestDigest), .blob(manifest.config.digest)]
            + plannedLayers.flatMap { [.blob($0.blob.digest), .layer($0.chainID)] }
    }
}

/// One layer of an image: the blob, the digest of what is in it, and its name upon the layers below.
struct PlannedLayer: Sendable {
    var blob: ContentDescriptor
    var diffID: Digest
    var chainID: Digest
}

extension BlobStore {
    private static let manifestLimit = 4 << 20
    private static let configurationLimit = 8 << 20
    private static let indexDepth = 4

    /// The documents behind a descriptor, for a platform where it is an index; nil when blobs are missing.
    func documents(_ descriptor: ContentDescriptor, for platform: Platform) throws -> ImageDocuments? {
        var descriptor = descriptor
        for _ in 0...Self.indexDepth {
            guard let bytes = try read(descriptor.digest, limit: Self.manifestLimit) else { return nil }
            switch try ImageManifestDocument(bytes, announcedAs: descriptor.mediaType) {
            case .index(let index):
                guard let entry = index.manifest(for: platform) else {
                    throw ImageError(
                        .noMatchingPlatform,
                        image: descriptor.digest.description,
                        message: "no image for \(platform)"
                    )
                }
                descriptor = entry
            case .image(let manifest):
                try manifest.validate()
                guard let configuration = try configuration(of: manifest) else { return nil }
                return ImageDocuments(
                    manifestDigest: descriptor.digest,
                    manifestSize: Int64(bytes.count),
                    manifest: manifest,
                    configuration: configuration
                )
            }
        }
        throw ImageManifestError("an index of indexes without an end")
    }

    private func configuration(of manifest: ImageManifest) throws -> ImageConfiguration? {
        guard let bytes = try read(manifest.config.digest, limit: Self.configurationLimit) else { return nil }
        let configuration: ImageConfiguration
        do {
            configuration = try JSON.decode(ImageConfiguration.self, from: bytes)
        } catch {
            throw ImageError(
                .invalidImage,
                image: manifest.config.digest.description,
                message: "the configuration is unusable: \(error)"
            )
        }
        guard configuration.rootfs.diffIDs.count == manifest.layers.count else {
            throw ImageManifestError("one of \(manifest.layers.count) layers, its configuration of another number")
        }
        return configuration
    }
}
