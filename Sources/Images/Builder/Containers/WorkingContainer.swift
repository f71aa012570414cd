import ImageStore
import JSONCoding
import Linux
import OCISpec

/// A container that an image is made from step by step: layers of an image, what was changed upon them, and what the new image
/// will say.
///
/// On disk a folder of its own: `container.json`, and the overlay's `upper`, `work` and `bottom`.
public struct WorkingContainer: Sendable, Codable {
    public var name: String
    /// The image that it began with; `scratch` for nothing.
    public var image: String
    public var layers: [BuiltLayer]
    public var configuration: ImageConfiguration
    /// RFC 3339.
    public var created: String
    /// What was done, for the image's history.
    public var steps: [String]

    public var execution: ImageConfiguration.Execution {
        get { configuration.config ?? .init() }
        set { configuration.config = newValue }
    }
}

/// The folder of working containers.
struct ContainerShelf: Sendable {
    private static let sizeLimit = 4 << 20
    let directory: String

    func folder(_ name: String) -> String { "\(directory)/\(name)" }

    static func lease(_ name: String) -> String { "container-\(name)" }

    /// Whether a text can name a container, and with it a folder.
    static func isName(_ name: String) -> Bool {
        name.utf8.first.map { $0.isLetter || $0.isDigit } ?? false && name.utf8.count <= 128
            && name.utf8.allSatisfy { $0.isNameByte || $0 == UInt8(ascii: "-") || $0 == UInt8(ascii: ".") }
    }

    func read(_ name: String) throws -> WorkingContainer {
        guard Self.isName(name), FileSystem.exists("\(folder(name))/container.json") else {
            throw BuildError(.notFound, "there is no working container \"\(name)\"")
        }
        let bytes = try FileSystem.read("\(folder(name))/container.json", limit: Self.sizeLimit)
        return try JSON.decode(WorkingContainer.self, from: bytes)
    }

    func write(_ container: WorkingContainer) throws {
        try FileSystem.writeAtomically(
            "\(folder(container.name))/container.json",
            try JSON.encode(container, style: .pretty),
            durable: true
        )
    }

    func all() throws -> [WorkingContainer] {
        guard FileSystem.exists(directory) else { return [] }
        return try FileSystem.list(directory)
            .filter { FileSystem.exists("\(folder($0))/container.json") && Self.isName($0) }.map(read)
    }

    func overlay(of container: WorkingContainer, in store: ImageStore) -> OverlayFolders {
        let folder = folder(container.name)
        return OverlayFolders(
            lower: container.layers.map { store.directory(of: $0) },
            upper: "\(folder)/upper",
            work: "\(folder)/work",
            bottom: "\(folder)/bottom"
        )
    }
}
