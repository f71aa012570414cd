import JSONCoding
import Linux
import OCISpec
import Registry

/// `oci:` to read from: a folder that is an OCI image layout. Also how the store and archives are read.
public final class LayoutSource: ImageSource {
    public let name: String
    private let path: String
    private let wanted: String?
    private let cleanup: TemporaryFolder?

    /// - Parameter wanted: the image's name in the layout; nil where it has one only.
    public convenience init(path: String, name wanted: String?) {
        self.init(path: path, name: wanted, shown: "oci:\(path)" + (wanted.map { ":\($0)" } ?? ""), cleanup: nil)
    }

    init(path: String, name wanted: String?, shown: String, cleanup: TemporaryFolder?) {
        self.path = path
        self.wanted = wanted
        self.cleanup = cleanup
        name = shown
    }

    public func root() throws -> FetchedManifest {
        let index = try Layout.index(path, shown: name)
        let named = index.manifests.filter { entry in
            guard let wanted else { return true }
            return Layout.names(of: entry).contains(wanted) || entry.digest.description == wanted
        }
        guard let entry = named.first else {
            throw TransportError(name, wanted == nil ? "the layout has no image" : "the layout has no image of that name")
        }
        guard wanted != nil || named.count == 1 else {
            throw TransportError(name, "the layout has \(named.count) images; say which: \(named.flatMap(Layout.names).sorted().joined(separator: ", "))")
        }
        return try manifest(entry)
    }

    public func manifest(_ descriptor: ContentDescriptor) throws -> FetchedManifest {
        try BlobFile.manifest(Layout.blob(descriptor.digest), below: path, descriptor)
    }

    public func blob(_ descriptor: ContentDescriptor, into sink: any BlobSink) async throws {
        try await BlobFile.copy(Layout.blob(descriptor.digest), below: path, descriptor, into: sink)
    }

    public func close() throws { try cleanup?.remove() }
}

/// What is where in an image layout (image specification, `image-layout.md`).
enum Layout {
    private static let indexLimit = 16 << 20

    static func blob(_ digest: Digest) -> String { "blobs/\(digest.algorithm.rawValue)/\(digest.hex)" }

    /// The names of an entry: the layout's own, and containerd's.
    static func names(of entry: ContentDescriptor) -> [String] {
        [ImageAnnotation.referenceName, "io.containerd.image.name"].compactMap { entry.annotations?[$0] }
    }

    static func index(_ path: String, shown: String) throws -> ImageIndex {
        do {
            let marker = try JSON.decode(ImageLayoutMarker.self, from: try BlobFile.read("oci-layout", below: path))
            guard marker.imageLayoutVersion.hasPrefix("1.") else {
                throw TransportError(shown, "a layout of the unknown version \(marker.imageLayoutVersion)")
            }
            return try JSON.decode(ImageIndex.self, from: try BlobFile.read("index.json", below: path, limit: indexLimit))
        } catch let error as TransportError {
            throw error
        } catch {
            throw TransportError(shown, "no OCI image layout: \(error)")
        }
    }
}

/// `oci:` to write to.
public final class LayoutDestination: ImageDestination {
    public let name: String
    private let path: String
    private let imageName: String?
    private let root = RootSlot()

    public convenience init(path: String, name imageName: String?) throws {
        try self.init(path: path, name: imageName, shown: "oci:\(path)" + (imageName.map { ":\($0)" } ?? ""))
    }

    init(path: String, name imageName: String?, shown: String) throws {
        self.path = path
        self.imageName = imageName
        name = shown
        try FileSystem.makeDirectories("\(path)/blobs/sha256")
        if FileSystem.exists("\(path)/oci-layout") {
            // Nothing is put into something of another kind.
            _ = try Layout.index(path, shown: shown)
            return
        }
        try FileSystem.writeAtomically("\(path)/index.json", try JSON.encode(ImageIndex(manifests: [])), durable: false)
        try FileSystem.writeAtomically("\(path)/oci-layout", try JSON.encode(ImageLayoutMarker()), durable: false)
    }

    public func holds(_ descriptor: ContentDescriptor, from source: ImageReference?) -> Bool {
        // Whoever lists a layout's blobs may not see a damaged one: its size tells.
        let status = try? FileSystem.linkStatus("\(path)/\(Layout.blob(descriptor.digest))")
        return status?.kind == .regular && status?.size == descriptor.size
    }

    public func take(_ descriptor: ContentDescriptor, file: String) async throws {
        let target = "\(path)/\(Layout.blob(descriptor.digest))"
        try FileSystem.makeDirectories("\(path)/blobs/\(descriptor.digest.algorithm.rawValue)")
        try await FileMove.move(file, to: target)
    }

    public func take(_ manifest: FetchedManifest, isRoot: Bool) throws {
        let digest = manifest.descriptor.digest
        try FileSystem.makeDirectories("\(path)/blobs/\(digest.algorithm.rawValue)")
        try FileSystem.writeAtomically("\(path)/\(Layout.blob(digest))", manifest.bytes, durable: false)
        if isRoot { root.set(manifest.descriptor) }
    }

    public func finish() throws {
        guard var entry = root.value else { throw TransportError(name, "no manifest came") }
        var index = try Layout.index(path, shown: name)
        entry.annotations = imageName.map { [ImageAnnotation.referenceName: $0] }
        index.manifests.removeAll { other in
            imageName.map { Layout.names(of: other).contains($0) } ?? (other.digest == entry.digest && Layout.names(of: other).isEmpty)
        }
        index.manifests.append(entry)
        try FileSystem.writeAtomically("\(path)/index.json", try JSON.encode(index), durable: true)
    }
}
