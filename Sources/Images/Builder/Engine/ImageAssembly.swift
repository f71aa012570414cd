import ImageStore
import JSONCoding
import OCISpec

/// Configuration and manifest of an image that was built.
struct ImageAssembly {
    var format: BuildRequest.Format
    var annotations: [String: String]

    /// One image's documents, and what describes its manifest.
    struct Documents {
        var manifest: ContentDescriptor
        var configuration: Digest
        var blobs: [Digest: [UInt8]]
    }

    func documents(of state: StageState) throws -> Documents {
        var configuration = state.configuration
        configuration.config = state.execution
        configuration.rootfs = .init(diffIDs: state.layers.map(\.diffID))
        configuration.history = state.history
        configuration.created = state.created
        let bytes = try JSON.encode(configuration)
        let digest = Digest.sha256(of: bytes)
        let isOCI = format == .oci
        var manifest = ImageManifest(
            config: ContentDescriptor(
                mediaType: isOCI ? .ociConfiguration : .dockerConfiguration,
                digest: digest,
                size: Int64(bytes.count)
            ),
            layers: state.layers.map { layer in
                var blob = ContentDescriptor(
                    mediaType: layer.blob.mediaType,
                    digest: layer.blob.digest,
                    size: layer.blob.size
                )
                blob.mediaType = isOCI ? Self.oci(blob.mediaType) : Self.docker(blob.mediaType)
                return blob
            },
            mediaType: isOCI ? .ociManifest : .dockerManifest
        )
        if isOCI && !annotations.isEmpty { manifest.annotations = annotations }
        let manifestBytes = try JSON.encode(manifest)
        let manifestDigest = Digest.sha256(of: manifestBytes)
        let descriptor = ContentDescriptor(
            mediaType: isOCI ? .ociManifest : .dockerManifest,
            digest: manifestDigest,
            size: Int64(manifestBytes.count),
            platform: configuration.platform
        )
        return Documents(
            manifest: descriptor,
            configuration: digest,
            blobs: [digest: bytes, manifestDigest: manifestBytes]
        )
    }

    /// A list of the images of several platforms.
    func list(of images: [Documents]) throws -> (descriptor: ContentDescriptor, bytes: [UInt8]) {
        var index = ImageIndex(
            manifests: images.map(\.manifest),
            annotations: format == .oci && !annotations.isEmpty ? annotations : nil
        )
        index.mediaType = format == .oci ? .ociIndex : .dockerManifestList
        let bytes = try JSON.encode(index)
        let type: MediaType = format == .oci ? .ociIndex : .dockerManifestList
        return (ContentDescriptor(mediaType: type, digest: Digest.sha256(of: bytes), size: Int64(bytes.count)), bytes)
    }

    /// Layers of a base may be of the other kind: the bytes are the same.
    private static func oci(_ type: MediaType) -> MediaType {
        switch type {
        case .dockerLayer: .ociLayer
        case .dockerLayerGzip: .ociLayerGzip
        case .dockerLayerZstd: .ociLayerZstd
        case .dockerLayerForeign: .ociLayerRestrictedGzip
        default: type
        }
    }

    private static func docker(_ type: MediaType) -> MediaType {
        switch type {
        case .ociLayer: .dockerLayer
        case .ociLayerGzip: .dockerLayerGzip
        case .ociLayerZstd: .dockerLayerZstd
        case .ociLayerRestrictedGzip: .dockerLayerForeign
        default: type
        }
    }
}
