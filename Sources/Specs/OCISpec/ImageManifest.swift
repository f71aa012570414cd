/// The manifest of one image: its configuration and its layers, base first (`manifest.md`).
public struct ImageManifest: Sendable, Hashable, Codable {
    public var schemaVersion: Int
    public var mediaType: MediaType?
    public var artifactType: String?
    public var config: ContentDescriptor
    public var layers: [ContentDescriptor]
    public var subject: ContentDescriptor?
    public var annotations: [String: String]?

    public init(
        config: ContentDescriptor,
        layers: [ContentDescriptor],
        mediaType: MediaType = .ociManifest,
        annotations: [String: String]? = nil
    ) {
        self.schemaVersion = 2
        self.mediaType = mediaType
        self.config = config
        self.layers = layers
        self.annotations = annotations
    }
}
