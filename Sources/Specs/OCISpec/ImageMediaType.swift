/// The media types of images: those of the OCI image specification and of Docker's schema 2.
public struct MediaType: RawRepresentable, Sendable, Hashable, Codable, ExpressibleByStringLiteral,
    CustomStringConvertible
{
    /// The type as it stands in a descriptor or a Content-Type header, without parameters.
    public var rawValue: String

    public init(rawValue: String) { self.rawValue = rawValue }
    public init(stringLiteral value: String) { self.rawValue = value }
    public var description: String { rawValue }

    public static let ociIndex: MediaType = "application/vnd.oci.image.index.v1+json"
    public static let ociManifest: MediaType = "application/vnd.oci.image.manifest.v1+json"
    public static let ociConfiguration: MediaType = "application/vnd.oci.image.config.v1+json"
    public static let ociLayer: MediaType = "application/vnd.oci.image.layer.v1.tar"
    public static let ociLayerGzip: MediaType = "application/vnd.oci.image.layer.v1.tar+gzip"
    public static let ociLayerZstd: MediaType = "application/vnd.oci.image.layer.v1.tar+zstd"
    public static let ociLayerRestricted: MediaType = "application/vnd.oci.image.layer.nondistributable.v1.tar"
    public static let ociLayerRestrictedGzip: MediaType =
        "application/vnd.oci.image.layer.nondistributable.v1.tar+gzip"
    public static let ociLayerRestrictedZstd: MediaType =
        "application/vnd.oci.image.layer.nondistributable.v1.tar+zstd"
    public static let dockerManifestList: MediaType = "application/vnd.docker.distribution.manifest.list.v2+json"
    public static let dockerManifest: MediaType = "application/vnd.docker.distribution.manifest.v2+json"
    public static let dockerConfiguration: MediaType = "application/vnd.docker.container.image.v1+json"
    public static let dockerLayer: MediaType = "application/vnd.docker.image.rootfs.diff.tar"
    public static let dockerLayerGzip: MediaType = "application/vnd.docker.image.rootfs.diff.tar.gzip"
    public static let dockerLayerZstd: MediaType = "application/vnd.docker.image.rootfs.diff.tar.zstd"
    public static let dockerLayerForeign: MediaType = "application/vnd.docker.image.rootfs.foreign.diff.tar.gzip"

    /// Everything that a registry may answer when it is asked for a tag.
    public static let manifests: [MediaType] = [.ociIndex, .ociManifest, .dockerManifestList, .dockerManifest]

    /// Whether content of this type lists manifests of several platforms.
    public var isIndex: Bool { self == .ociIndex || self == .dockerManifestList }
    /// Whether content of this type is the manifest of one image.
    public var isManifest: Bool { self == .ociManifest || self == .dockerManifest }
    /// Whether content of this type is an image configuration, as opposed to that of some other artifact.
    public var isConfiguration: Bool { self == .ociConfiguration || self == .dockerConfiguration }
}

extension MediaType {
    /// How the tar archive of a layer is compressed.
    public enum LayerCompression: Sendable, Hashable, CaseIterable {
        case none
        case gzip
        case zstd
    }

    /// How a layer of this type is compressed, or nil when this is not the type of a layer.
    public var layerCompression: LayerCompression? {
        switch self {
        case .ociLayer, .ociLayerRestricted, .dockerLayer: .some(.none)
        case .ociLayerGzip, .ociLayerRestrictedGzip, .dockerLayerGzip, .dockerLayerForeign: .gzip
        case .ociLayerZstd, .ociLayerRestrictedZstd, .dockerLayerZstd: .zstd
        default: nil
        }
    }
}
