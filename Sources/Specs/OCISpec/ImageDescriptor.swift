/// What points from one piece of content to another: type, digest and size (image specification, `descriptor.md`).
public struct ContentDescriptor: Sendable, Hashable, Codable {
    public var mediaType: MediaType
    public var digest: Digest
    public var size: Int64
    public var urls: [String]?
    public var annotations: [String: String]?
    /// The content itself in base64, where it is small enough to travel inside the descriptor.
    public var data: String?
    public var artifactType: String?
    public var platform: Platform?

    public init(
        mediaType: MediaType,
        digest: Digest,
        size: Int64,
        annotations: [String: String]? = nil,
        platform: Platform? = nil
    ) {
        self.mediaType = mediaType
        self.digest = digest
        self.size = size
        self.annotations = annotations
        self.platform = platform
    }
}

/// Keys of annotations that the image specification gives a meaning.
public enum ImageAnnotation {
    /// The name of an image in the index of an image layout.
    public static let referenceName = "org.opencontainers.image.ref.name"
    /// When the image was made, RFC 3339.
    public static let created = "org.opencontainers.image.created"
}
