import Glibc
import ImageStore
import OCISpec
import Registry
import Signatures

/// What transports need to be opened.
public struct TransportRooms: Sendable {
    public var client: RegistryClient
    /// Opens the store of this machine. Called where a name is of it, and not before.
    public var store: @Sendable () async throws -> ImageStore
    /// The folder of the store's layout.
    public var storeLayout: String
    /// Which images may be copied.
    public var admission = ImageAdmission.standard()

    public init(client: RegistryClient, storeLayout: String, store: @escaping @Sendable () async throws -> ImageStore) {
        self.client = client
        self.storeLayout = storeLayout
        self.store = store
    }
}

extension TransportName {
    /// The image to read from. Call `close` when it has been read.
    public func source(_ rooms: TransportRooms) async throws -> any ImageSource {
        try admitLocal(rooms.admission)
        switch self {
        case .registry(let reference): return RegistrySource(reference, client: rooms.client, admission: rooms.admission)
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

    /// Asks the policy about an image that is in no registry: by its transport, path and the folders above.
    private func admitLocal(_ admission: ImageAdmission) throws {
        let scopes: [String]
        switch self {
        // Asked when the digests are known.
        case .registry: return
        // Was let in when it came.
        case .store: return
        case .dockerArchive: scopes = []
        case .layout(let path, let name): scopes = Self.folders(path, name)
        case .layoutArchive(let path, let name): scopes = Self.folders(path, name)
        case .folder(let path): scopes = Self.folders(path, nil)
        }
        let transport = String(description.prefix { $0 != ":" })
        try admission.admitLocal(transport: transport, scopes: scopes, image: description)
    }

    /// The scopes of a path: with its name, itself and the folders above.
    private static func folders(_ given: String, _ name: String?) -> [String] {
        // Scopes are absolute and without links. What is not there cannot be opened later.
        guard let resolved = realpath(given, nil) else { return [] }
        defer { free(resolved) }
        let path = String(cString: resolved)
        var found = name.map { ["\(path):\($0)"] } ?? []
        var rest = Substring(path)
        while !rest.isEmpty {
            found.append(String(rest))
            rest = rest.lastIndex(of: "/").map { rest[..<$0] } ?? ""
        }
        return found
    }
}
