import Linux
import OCISpec
import Registry

/// `oci-archive:` to write to: a layout of its own that becomes an archive at the end.
public final class LayoutArchiveDestination: ImageDestination {
    public let name: String
    private let target: String
    private let folder: TemporaryFolder
    private let layout: LayoutDestination

    public init(path: String, name imageName: String?) throws {
        name = "oci-archive:\(path)" + (imageName.map { ":\($0)" } ?? "")
        target = path
        folder = try TemporaryFolder()
        layout = try LayoutDestination(path: folder.path, name: imageName, shown: name)
    }

    public func holds(_ descriptor: ContentDescriptor, from source: ImageReference?) -> Bool { layout.holds(descriptor, from: source) }

    public func take(_ descriptor: ContentDescriptor, file: String) async throws { try await layout.take(descriptor, file: file) }

    public func take(_ manifest: FetchedManifest, isRoot: Bool) throws { try layout.take(manifest, isRoot: isRoot) }

    public func finish() async throws {
        try layout.finish()
        let (path, target) = (folder.path, target)
        try await onThread(named: "tar") {
            try TarFile.write(target) { tar in
                for name in ["oci-layout", "index.json"] { try tar.add(name, file: "\(path)/\(name)") }
                for algorithm in try FileSystem.list("\(path)/blobs").sorted() {
                    for blob in try FileSystem.list("\(path)/blobs/\(algorithm)").sorted() {
                        // SHA-512's names are longer than a plain header holds.
                        guard algorithm == "sha256" else { throw TransportError(target, "blobs of \(algorithm) have no place in an archive") }
                        try tar.add("blobs/\(algorithm)/\(blob)", file: "\(path)/blobs/\(algorithm)/\(blob)")
                    }
                }
            }
        }
        try folder.remove()
    }

    public func abandon() {
        // What stopped it is what is told.
        try? folder.remove()
    }
}
