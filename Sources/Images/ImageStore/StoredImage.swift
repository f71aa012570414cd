import OCISpec

/// An image that is complete in the store: its layers are unpacked.
public struct StoredImage: Sendable, Hashable {
    /// The name under which it is stored, completed: `docker.io/library/busybox:latest`.
    public var reference: String
    public var manifestDigest: Digest
    /// The digest of the configuration, which docker calls the image's identifier.
    public var configurationDigest: Digest
    public var configuration: ImageConfiguration
    /// The names of the layers in the layer store, bottom first.
    public var chainIDs: [Digest]
    /// The folders of the layers, bottom first.
    public var layerDirectories: [String]
    /// Bytes of manifest, configuration and layers as the registry has them.
    public var size: Int64
    /// When the image was made, as its configuration says (RFC 3339).
    public var createdAt: String? { configuration.created }
}
