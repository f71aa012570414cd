/// A list of manifests: an image for several platforms, or the entry page of an image layout (`image-index.md`).
public struct ImageIndex: Sendable, Hashable, Codable {
    public var schemaVersion: Int
    public var mediaType: MediaType?
    public var artifactType: String?
    public var manifests: [ContentDescriptor]
    public var subject: ContentDescriptor?
    public var annotations: [String: String]?

    public init(manifests: [ContentDescriptor], annotations: [String: String]? = nil) {
        self.schemaVersion = 2
        self.mediaType = .ociIndex
        self.manifests = manifests
        self.annotations = annotations
    }

    /// The manifest that runs best on `platform`: the nearest variant, and of several equal ones the first.
    ///
    /// An entry that names no platform fits any; it is taken only when no other does.
    public func manifest(for platform: Platform) -> ContentDescriptor? {
        var best: (descriptor: ContentDescriptor, distance: Int)?
        for entry in manifests where entry.mediaType.isManifest || entry.mediaType.isIndex {
            let distance: Int
            if let offered = entry.platform {
                guard let found = platform.distance(to: offered) else { continue }
                distance = found
            } else {
                distance = .max
            }
            if best.map({ distance < $0.distance }) ?? true { best = (entry, distance) }
        }
        return best?.descriptor
    }
}

/// The content of the file `oci-layout` that marks a folder as an image layout (`image-layout.md`).
public struct ImageLayoutMarker: Sendable, Hashable, Codable {
    public var imageLayoutVersion: String

    public init(imageLayoutVersion: String = "1.0.0") { self.imageLayoutVersion = imageLayoutVersion }
}
