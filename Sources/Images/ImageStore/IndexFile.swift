import Glibc
import JSONCoding
import Linux
import OCISpec

/// The `index.json` of an image layout: which images there are, by name.
///
/// Other processes change the file too: it is read anew whenever it is another one than before.
struct IndexFile {
    /// Which digest the name had in the registry, where that was an index of several platforms.
    static let sourceDigestAnnotation = "io.swiftlet.image.source-digest"

    private static let sizeLimit = 16 << 20

    let path: String
    private var cached: (identity: FileStatus, index: ImageIndex)?

    init(path: String) { self.path = path }

    /// What the file says now.
    mutating func read() throws -> ImageIndex {
        let identity = try FileSystem.status(path)
        if let cached, cached.identity == identity { return cached.index }
        let bytes = try FileSystem.read(path, limit: Self.sizeLimit)
        let index = try JSON.decode(ImageIndex.self, from: bytes)
        cached = (identity, index)
        return index
    }

    /// Replaces the file, durably. The store's lock must be held.
    mutating func write(_ index: ImageIndex) throws {
        try FileSystem.writeAtomically(path, try JSON.encode(index, style: .pretty), durable: true)
        cached = nil
    }
}

extension ContentDescriptor {
    /// The name of an image in an index, completed where it is one; tools write short ones too.
    var imageName: String? {
        guard let name = annotations?[ImageAnnotation.referenceName] else { return nil }
        // What is no reference (`skopeo copy … oci:DIR:anything`) is still a name.
        return (try? ImageReference(name))?.description ?? name
    }

    /// The digest that the image's name has in the registry.
    var sourceDigest: Digest? {
        // Somebody else's annotation of that name means nothing.
        annotations?[IndexFile.sourceDigestAnnotation].flatMap { try? Digest($0) }
    }
}
