import ImageStore
import OCISpec
import Registry

/// `store:` to write to: the images of this machine. Of several platforms, this machine's is taken.
public final class StoreDestination: ImageDestination {
    public let name: String
    private let store: ImageStore
    private let reference: ImageReference
    private let folder: TemporaryFolder
    private let layout: LayoutDestination

    public init(_ imageName: String, store: ImageStore) throws {
        name = "store:\(imageName)"
        self.store = store
        reference = try ImageReference(imageName)
        folder = try TemporaryFolder()
        layout = try LayoutDestination(path: folder.path, name: reference.description, shown: name)
    }

    public func holds(_ descriptor: ContentDescriptor, from source: ImageReference?) -> Bool { layout.holds(descriptor, from: source) }

    public func take(_ descriptor: ContentDescriptor, file: String) async throws { try await layout.take(descriptor, file: file) }

    public func take(_ manifest: FetchedManifest, isRoot: Bool) throws { try layout.take(manifest, isRoot: isRoot) }

    public func finish() async throws {
        try layout.finish()
        _ = try await store.load(layout: folder.path, name: reference.description)
        try await store.settle()
        try folder.remove()
    }

    public func abandon() {
        // What stopped it is what is told.
        try? folder.remove()
    }
}
