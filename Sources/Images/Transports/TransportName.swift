import OCISpec

/// Where an image is, as people write it.
public enum TransportName: Sendable, Hashable, CustomStringConvertible {
    /// In a registry: `docker://registry.lan/app:1`.
    case registry(ImageReference)
    /// In a folder that is an OCI image layout: `oci:FOLDER[:NAME]`.
    case layout(path: String, name: String?)
    /// In a tar archive of a layout: `oci-archive:FILE[:NAME]`.
    case layoutArchive(path: String, name: String?)
    /// In what `docker save` writes: `docker-archive:FILE[:NAME]`.
    case dockerArchive(path: String, name: ImageReference?)
    /// Manifest and blobs side by side in a folder: `dir:FOLDER`.
    case folder(path: String)
    /// In the store of this machine: `store:NAME`.
    case store(String)

    /// What stands before the colon of each.
    public static let schemes = ["docker", "oci", "oci-archive", "docker-archive", "dir", "store"]

    /// Whether a text begins as one of these names do; others are names of images.
    public static func isOne(_ text: String) -> Bool {
        schemes.contains { text.hasPrefix($0 == "docker" ? "docker://" : "\($0):") }
    }

    /// Reads a name. Throws `TransportError`.
    public init(_ text: String) throws(TransportError) {
        guard let colon = text.firstIndex(of: ":") else { throw TransportError(text, "no transport; expected docker://…, oci:… or such") }
        let scheme = String(text[..<colon])
        let rest = String(text[text.index(after: colon)...])
        switch scheme {
        case "docker":
            guard rest.hasPrefix("//") else { throw TransportError(text, "expected docker://NAME") }
            self = .registry(try Self.reference(String(rest.dropFirst(2)), text))
        case "oci":
            let (path, name) = try Self.split(rest, text)
            self = .layout(path: path, name: name)
        case "oci-archive":
            let (path, name) = try Self.split(rest, text)
            self = .layoutArchive(path: path, name: name)
        case "docker-archive":
            let (path, name) = try Self.split(rest, text)
            self = .dockerArchive(
                path: path,
                name: try name.map { name throws(TransportError) in try Self.reference(name, text) }
            )
        case "dir":
            guard !rest.isEmpty else { throw TransportError(text, "no folder") }
            self = .folder(path: rest)
        case "store":
            guard !rest.isEmpty else { throw TransportError(text, "no image") }
            self = .store(rest)
        default:
            throw TransportError(text, "the unknown transport \"\(scheme)\"; there are \(Self.schemes.joined(separator: ", "))")
        }
    }

    private static func reference(_ name: String, _ text: String) throws(TransportError) -> ImageReference {
        do { return try ImageReference(name) } catch { throw TransportError(text, error.description) }
    }

    /// The path ends at the first colon: names have more of them.
    private static func split(_ rest: String, _ text: String) throws(TransportError) -> (String, String?) {
        let parts = rest.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        guard let path = parts.first, !path.isEmpty else { throw TransportError(text, "no path") }
        guard parts.count == 2 else { return (String(path), nil) }
        guard !parts[1].isEmpty else { throw TransportError(text, "an empty name behind the path") }
        return (String(path), String(parts[1]))
    }

    public var description: String {
        switch self {
        case .registry(let reference): "docker://\(reference)"
        case .layout(let path, let name): "oci:\(path)" + (name.map { ":\($0)" } ?? "")
        case .layoutArchive(let path, let name): "oci-archive:\(path)" + (name.map { ":\($0)" } ?? "")
        case .dockerArchive(let path, let name): "docker-archive:\(path)" + (name.map { ":\($0)" } ?? "")
        case .folder(let path): "dir:\(path)"
        case .store(let name): "store:\(name)"
        }
    }
}

/// Something that a transport cannot do.
public struct TransportError: Error, Sendable, Hashable, CustomStringConvertible {
    /// The place that it is about.
    public var place: String
    public var problem: String

    public init(_ place: String, _ problem: String) {
        self.place = place
        self.problem = problem
    }

    public var description: String { "\(place): \(problem)" }
}
