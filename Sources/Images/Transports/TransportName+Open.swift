import ImageStore
import OCISpec
import Registry

/// What transports need to be opened.
public struct TransportRooms: Sendable {
    public var client: RegistryClient
    /// Opens the store of this machine. Called where a name is of it, and not before.
    public var store: @Sendable () async throws -> ImageStore
    /// The folder of the store's layout.
    public var storeLayout: String

    public init(client: RegistryClient, storeLayout: String, store: @escaping @Sendable () async throws -> ImageStore) {
        self.client = client
        self.storeLayout = storeLayout
        self.store = store
    }
}

extension TransportName {
    /// The image to read from. Call `close` when it has been read.
    public func source(_ rooms: TransportRooms) async throws -> any ImageSource {
        switch self {
        case .registry(let reference): return RegistrySource(reference, client: rooms.client)
        case .layout(let path, let name): return LayoutSource(path: path, name: name)
        case .layoutArchive(let path, let name):
            let folder = try await ArchiveFolder.unpack(path, shown: description)
            return LayoutSource(path: folder.path, name: name, shown: description, cleanup: folder)
        case .dockerArchive(let path, let name): return try await DockerArchiveSource.open(path: path, name: name)
        case .folder(let path): return FolderSource(path: path)
        case .store(let name):
            let store = try await rooms.store()
            guard let image = try await store.image(named: name) else { throw TransportError(description, "no such image") }
            return LayoutSource(path: rooms.storeLayout, name: image.manifestDigest.description, shown: description, cleanup: nil)
        }
    }

    /// The place to write to.
    public func destination(_ rooms: TransportRooms) async throws -> any ImageDestination {
        switch self {
        case .registry(let reference): RegistryDestination(reference, client: rooms.client)
        case .layout(let path, let name): try LayoutDestination(path: path, name: name)
        case .layoutArchive(let path, let name): try LayoutArchiveDestination(path: path, name: name)
        case .dockerArchive(let path, let name): try DockerArchiveDestination(path: path, name: name)
        case .folder(let path): try FolderDestination(path: path)
        case .store(let name): try StoreDestination(name, store: try await rooms.store())
        }
    }
}
